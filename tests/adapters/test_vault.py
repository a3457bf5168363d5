"""What is sealed is read only as what it was, of whom it was, and while its keys are there."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, strategies as st

from portal.adapters.vault import Unopened, Vault, vault

OLD, NEW = {"a": b"a" * 32}, {"b": b"b" * 32}
ANNA, BRUNO = "traveller/anna", "traveller/bruno"


@given(st.text(), st.binary())
def test_what_was_sealed_comes_out_again(text, content):
    safe = Vault(OLD)
    key = safe.new_key(about=ANNA)

    assert safe.open(safe.seal(text, key=key, about=ANNA, field="number"), key=key, about=ANNA, field="number") == text
    sealed = safe.seal_bytes(content, key=key, about=ANNA, field="scan")
    assert safe.open_bytes(sealed, key=key, about=ANNA, field="scan") == content


def test_the_same_text_is_never_sealed_alike():
    safe = Vault(OLD)
    key = safe.new_key(about=ANNA)

    assert len({safe.seal("YA1234567", key=key, about=ANNA, field="number") for _ in range(50)}) == 50


def test_a_field_cannot_be_moved_to_another_field_or_traveller():
    safe = Vault(OLD)
    key, other = safe.new_key(about=ANNA), safe.new_key(about=BRUNO)
    sealed = safe.seal("YA1234567", key=key, about=ANNA, field="number")

    for wrong in (
        {"key": key, "about": ANNA, "field": "name"},
        {"key": key, "about": BRUNO, "field": "number"},
        {"key": other, "about": ANNA, "field": "number"},
        {"key": other, "about": BRUNO, "field": "number"},
    ):
        with pytest.raises(Unopened):
            safe.open(sealed, **wrong)


@given(st.data())
def test_a_changed_letter_is_noticed(data):
    safe = Vault(OLD)
    key = safe.new_key(about=ANNA)
    sealed = safe.seal("YA1234567", key=key, about=ANNA, field="number")
    at = data.draw(st.integers(0, len(sealed) - 4))  # the last letter before `==` carries padding bits
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]

    with pytest.raises(Unopened):
        safe.open(changed, key=key, about=ANNA, field="number")


def test_a_new_key_wraps_the_old_ones_and_reads_what_they_sealed():
    before = Vault(OLD)
    key = before.new_key(about=ANNA)
    sealed = before.seal("YA1234567", key=key, about=ANNA, field="number")
    both = Vault(NEW | OLD)
    turned = both.rewrap(key, about=ANNA)

    assert (both.is_newest(key), both.is_newest(turned)) == (False, True)
    assert Vault(NEW).open(sealed, key=turned, about=ANNA, field="number") == "YA1234567"
    with pytest.raises(Unopened, match="no key a"):
        Vault(NEW).open(sealed, key=key, about=ANNA, field="number")


def test_keys_are_read_newest_first():
    text = ",".join(f"{name}:{urlsafe_b64encode(key).decode()}" for name, key in (NEW | OLD).items())

    assert vault(text).newest == "b"


@pytest.mark.parametrize("text", ["", ",", "a", "a:", "a:short", ":" + "A" * 43, "a b:" + "A" * 43, "a:" + "A" * 40])
def test_a_key_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="key"):
        vault(text)
