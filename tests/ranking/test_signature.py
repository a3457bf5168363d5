"""The signature and the commitments: what holds, what does not, and what a stranger is told."""

import base64
import copy
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.config import Settings, get_settings
from portal.kernel.text import canonical_json
from portal.ranking import rules, service
from portal.ranking.cli import ranking as command
from portal.ranking.models import Opening, SigningKey
from portal.ranking.rules import opening as openings, signature
from tests.accounts_help import sign_in
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, WHY, admitted, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
APPROVER = "dirigente@unioncamere.example"


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.fixture
def first(session, call):
    people = [reviewer(), reviewer()]
    return scored(call, admitted(call, company=CompanyFactory(legal_name="Prima S.r.l.")), *people, shares=["1", "0.8"])


@pytest.fixture
def ranking(session, call, first):
    scored(call, admitted(call), reviewer(), shares=["0.9"])
    return publish(session, call)


def publish(session, call, reason=""):
    drawn = service.draw_up(session, call.id, reason=reason, by=OFFICE, now=NOW)
    service.approve(session, drawn.id, by=APPROVER, now=NOW)
    return service.publish(session, drawn.id, by=APPROVER, now=NOW)


def run(tmp_path, file, *options, **files):
    paths = {}
    for name, content in {"file": file, **files}.items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(content)
    told = [str(paths.get(option, option)) for option in options]
    done = CliRunner().invoke(command, ["verify", str(paths["file"]), *told])
    return done.exit_code, done.output


def own_key():
    return signature.private_key(get_settings().signing_key.get_secret_value())


def test_a_key_signs_the_same_each_time_and_nothing_else(first):
    key, other = (signature.private_key(secrets.token_urlsafe(32)) for _ in range(2))
    good = signature.sign(key, "a" * 64)

    assert good == signature.sign(key, "a" * 64)
    assert signature.fault(good, "a" * 64) is None
    assert signature.fault(good, "a" * 64, given=key.public_key()) is None
    assert "not with the one given" in signature.fault(good, "a" * 64, given=other.public_key())
    assert "not that of this content" in signature.fault(good, "b" * 64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"algorithm": "rsa"}, "the algorithm ed25519"),
        ({"more": "x"}, "it must have"),
        ({"public_key": "AAAA"}, "32 bytes"),
        ({"key_id": "0" * 16}, "key_id is 0000000000000000"),
        ({"value": "!!"}, "not that of this content"),
        ({"value": base64.b64encode(bytes(64)).decode()}, "not that of this content"),
    ],
)
def test_each_part_of_a_signature_is_looked_at(change, said):
    good = signature.sign(signature.private_key(secrets.token_urlsafe(32)), "a" * 64)

    assert said in signature.fault({**good, **change}, "a" * 64)


def test_a_key_is_read_as_pem_or_base64_and_nothing_else():
    public = signature.private_key(secrets.token_urlsafe(32)).public_key()
    strange = (
        generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )

    for text_ in (signature.pem(public), signature.encoded(public)):
        assert signature.encoded(signature.public_key(text_)) == signature.encoded(public)
    for wrong in ("boh", "è", "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", strange.decode()):
        with pytest.raises(signature.BadKey):
            signature.public_key(wrong)


@pytest.mark.parametrize("wrong", ["", "corta", "x" * 43 + "!"])
def test_without_a_signing_key_nothing_starts_and_its_name_is_said(wrong):
    known: dict[str, Any] = {"database_url": "postgresql:///x", "secret_key": "x" * 32}
    with pytest.raises(ValueError, match=r"(?i)signing_key"):
        Settings(_env_file=None, signing_key=wrong, **known)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_another_salt_is_another_commitment(value):
    one, two = "0" * 32, "1" * 32

    assert openings.commit(one, value) == openings.commit(one, json.loads(canonical_json(value)))
    assert openings.commit(one, value) != openings.commit(two, value)


def test_the_published_file_is_signed_and_its_key_is_public(session, client, tmp_path, call, ranking):
    session.commit()
    file = client.get(f"/bandi/{call.slug}/graduatoria.json").data
    key_id = json.loads(file)["signature"]["key_id"]
    pem = client.get(f"/trasparenza/chiavi/{key_id}.pem").data

    assert rules.verify(file) is None
    assert key_id in client.get("/trasparenza/chiavi").text
    assert client.get("/trasparenza/chiavi/0000.pem").status_code == 404
    code, said = run(tmp_path, file, "--key", "pem", pem=pem)
    assert code == 0
    assert f"signature: good, by the key given, {key_id}" in said
    code, said = run(tmp_path, file)
    assert code == 0
    assert "tells not who signed it" in said


def test_a_file_that_was_changed_or_signed_by_another_does_not_hold(session, tmp_path, ranking):
    whole = {**ranking.content, "signature": ranking.signature}
    other = signature.private_key(secrets.token_urlsafe(32))
    changed = copy.deepcopy(whole)
    changed["call"]["title"] = "Altro titolo"
    resigned = {**whole, "signature": signature.sign(other, whole["sha256"])}
    key = signature.encoded(own_key().public_key())

    assert run(tmp_path, canonical_json(changed))[0] == 1
    code, said = run(tmp_path, canonical_json(resigned), "--key", key)
    assert (code, "not with the one given" in said) == (1, True)
    code, said = run(tmp_path, canonical_json(ranking.content), "--key", key)
    assert (code, "the file is not signed" in said) == (1, True)
    code, said = run(tmp_path, canonical_json(ranking.content))
    assert (code, "signature: none" in said) == (0, True)
    assert run(tmp_path, canonical_json(whole), "--key", "boh")[0] == 2


def test_a_key_that_was_replaced_stays_on_the_page(session, client, monkeypatch, call, ranking):
    before = ranking.signature["key_id"]
    session.commit()
    monkeypatch.setattr(get_settings(), "signing_key", type(get_settings().signing_key)(secrets.token_urlsafe(32)))
    page = client.get("/trasparenza/chiavi").text

    assert before in page
    assert "In uso" in page
    assert "Non firma più" in page
    assert session.scalars(select(SigningKey.key_id)).all() == [before]


def test_the_firm_opens_what_the_file_commits_to(session, client, tmp_path, call, first, ranking):
    owner, stranger = UserFactory(), UserFactory()
    MembershipFactory(user=owner, company_id=first.company_id)
    MembershipFactory(user=stranger)
    address = f"/area/domande/{first.id}/graduatoria/apertura.json"
    file = canonical_json(ranking.content)

    sign_in(client, stranger)
    assert client.get(address).status_code == 404
    sign_in(client, owner)
    opened = client.get(address).data

    code, said = run(tmp_path, file, "--opening", "opening", opening=opened)
    assert (code, "opening: good, 4 parts" in said) == (0, True)
    parts = json.loads(opened)["parts"]
    assert set(parts) == {"answers", "facts", "sheet_1", "sheet_2"}
    assert {mark["reason"] for mark in parts["sheet_1"]["value"]["marks"].values()} == {WHY}
    assert not any(one.hex in opened.decode().replace("-", "") for one in people(first))


def people(application):
    return [sheet.reviewer_id for sheet in sheets(application)]


def changed_opening(opened, change):
    whole = copy.deepcopy(opened)
    change(whole)
    return canonical_json(whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["parts"]["sheet_1"]["value"].update(comment="x"), "sheet_1 is not what the file commits to"),
        (lambda one: one["parts"]["answers"].update(salt="0" * 32), "answers is not what the file commits to"),
        (lambda one: one["parts"].pop("facts"), "facts stands only in one of the two"),
        (lambda one: one.update(registry_number="PE-0"), "PE-0 is not in the file"),
        (lambda one: one.update(ranking_sha256="0" * 64), "it is of the ranking"),
    ],
)
def test_an_opening_that_was_changed_does_not_hold(session, tmp_path, first, ranking, change, said):
    opened = session.scalars(select(Opening.opening).where(Opening.application_id == first.id)).one()

    code, told = run(
        tmp_path, canonical_json(ranking.content), "--opening", "opening", opening=changed_opening(opened, change)
    )

    assert (code, said in told) == (1, True)


def test_sheets_whose_mean_is_not_the_published_score_are_told(session, first, ranking):
    """A file made to commit to other sheets than those that count."""
    whole = copy.deepcopy(ranking.content)
    opened = session.scalars(select(Opening.opening).where(Opening.application_id == first.id)).one()
    opened = copy.deepcopy(opened)
    criterion, mark = next(iter(opened["parts"]["sheet_1"]["value"]["marks"].items()))
    mark["points"] = "0"
    line = next(one for one in whole["entries"] if one["registry_number"] == first.protocol)
    line["commitments"]["sheet_1"] = openings.commit(**opened["parts"]["sheet_1"])
    published, _ = rules.read(canonical_json(whole))

    said = openings.opening_fault(published, openings.read_opening(canonical_json(opened)))

    assert said.startswith("opening: the sheets give ")
    assert f" on {criterion}, the file says " in said


def test_what_a_meeting_agreed_counts_instead_of_the_mean(session, first, ranking):
    whole = copy.deepcopy(ranking.content)
    opened = copy.deepcopy(session.scalars(select(Opening.opening).where(Opening.application_id == first.id)).one())
    line = next(one for one in whole["entries"] if one["registry_number"] == first.protocol)
    criterion = next(iter(opened["parts"]["sheet_1"]["value"]["marks"]))

    def fault(points):
        opened["parts"]["meeting"] = {"salt": "0" * 32, "value": {"marks": {criterion: {"points": points}}}}
        line["commitments"]["meeting"] = openings.commit(**opened["parts"]["meeting"])
        published, _ = rules.read(canonical_json(whole))
        read = openings.read_opening(canonical_json(opened))
        return openings.opening_fault(published.model_copy(update={"sha256": read.ranking_sha256}), read)

    line["scores"][criterion] = "1.00"
    assert fault("1") is None
    assert fault("2") == f"opening: the sheets give 2.00 on {criterion}, the file says 1.00"


@pytest.mark.parametrize("wrong", [b"", b"[]", b'{"format": "portale-export/opening/1"}'])
def test_what_is_no_opening_is_bad_input(tmp_path, ranking, wrong):
    assert run(tmp_path, canonical_json(ranking.content), "--opening", "opening", opening=wrong)[0] == 2


def test_salts_are_never_used_twice_and_openings_never_change(session, call, first, ranking):
    scored(call, admitted(call), reviewer(), shares=["1"])
    publish(session, call, reason="Arrivata per posta")
    salts = [part["salt"] for opened in session.scalars(select(Opening.opening)) for part in opened["parts"].values()]

    assert len(set(salts)) == len(salts) > 4
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE place_openings SET opening = '{}'"))


def test_the_same_inputs_drawn_up_again_are_the_same_bytes(session, call, first):
    once = service.draw_up(session, call.id, by=OFFICE, now=NOW)
    again = service.draw_up(session, call.id, by=OFFICE, now=NOW + timedelta(hours=1))

    assert (again.id, again.sha256) == (once.id, once.sha256)
