"""Passwords and mandates."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from portal.accounts import rules
from portal.accounts.rules import MembershipKind, Scope, check_scope, is_strong_password

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("password", "is_strong"),
    [
        ("quattro parole a caso", True),
        ("x7!pQ2#mZ9@v", True),
        ("undici chr.", False),
        ("dodici chr..", True),
        ("aaaaaaaaaaaaaaaaaaa", False),
        ("abababababab", False),
        ("la mia Password segreta", False),
        ("unioncamere-2026-x", False),
        ("rossi ha quattro gatti", False),
        ("quelli di officinerossi qui", False),
        ("x" * 60 + "abcd" + "y" * 64, True),
        ("x" * 61 + "abcd" + "y" * 64, False),
    ],
)
def test_a_password_is_long_varied_and_not_of_the_person(password, is_strong):
    assert is_strong_password(password, about=("anna@officinerossi.example", "Anna Rossi")) is is_strong


@given(st.text(max_size=11))
def test_nothing_short_is_strong(password):
    assert not is_strong_password(password)


@pytest.mark.parametrize(
    ("kind", "scope", "wrong"),
    [
        (MembershipKind.COLLEAGUE, Scope(valid_from=DAY, valid_until=None), None),
        (MembershipKind.DELEGATE, Scope(valid_from=DAY, valid_until=DAY, deed="Procura 3"), None),
        (MembershipKind.DELEGATE, Scope(valid_from=DAY, valid_until=None, deed="Procura 3"), "valid_until"),
        (MembershipKind.DELEGATE, Scope(valid_from=DAY, valid_until=DAY, deed="  "), "deed"),
        (MembershipKind.DELEGATE, Scope(valid_from=DAY, valid_until=date(2026, 11, 21), deed="x"), "valid_until"),
        (MembershipKind.OWNER, Scope(valid_from=DAY, valid_until=date(2026, 11, 21)), "valid_until"),
    ],
)
def test_a_mandate_has_dates_in_order_and_a_deed(kind, scope, wrong):
    if wrong is None:
        check_scope(kind, scope)
    else:
        with pytest.raises((rules.MandateNeedsDates, rules.DatesOutOfOrder)) as refusal:
            check_scope(kind, scope)
        assert refusal.value.field == wrong
