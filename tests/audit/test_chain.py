"""The chain in PostgreSQL: what the application may not do, and what shows when the database's owner does it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from portal import db
from portal.audit import queries, service
from portal.audit.cli import audit
from portal.audit.models import Entry
from portal.audit.rules import Tip
from portal.config import Settings, get_settings

AT = datetime(2026, 11, 22, 10, 42, 1, 5, tzinfo=UTC)


def note(session: Session, number: int, *, subject: str = "s") -> None:
    detail = {"perché": f"voce {number}", "n": number}
    service.record(
        session, "test.noted", subject_type="thing", subject_id=subject, by="è@impresa.example", at=AT, detail=detail
    )


def test_the_database_numbers_and_chains_what_python_can_recompute(session: Session):
    before = queries.head(session)
    for number in range(3):
        note(session, number)

    found = queries.verify(session)

    assert (found.holds, found.tip.seq) == (True, before.seq + 3)
    assert found.tip == queries.head(session)


def test_a_story_is_of_its_subjects_only_and_in_order(session: Session):
    for number, subject in enumerate("abacb"):
        note(session, number, subject=subject)

    told = [(entry.subject_id, json.loads(entry.detail)["n"]) for entry in queries.story(session, "a", "c")]

    assert told == [("a", 0), ("a", 2), ("c", 3)]


def test_the_register_is_filtered(session: Session):
    note(session, 1, subject="x")
    service.record(session, "other.done", subject_type="thing", subject_id="x", by="system", at=AT)

    def actions(**wanted: str) -> list[str]:
        return [
            entry.action for entry in session.scalars(queries.entries(subject_id="x", **wanted).order_by(Entry.seq))
        ]

    assert actions() == ["test.noted", "other.done"]
    assert actions(by="system") == ["other.done"]
    assert actions(action="test.") == ["test.noted"]
    assert actions(action="test_") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET by = 'another'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_head SET seq = 0",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (2, 0, '')",
        "ALTER TABLE audit_entries DISABLE TRIGGER chain",
    ],
)
def test_the_application_may_only_add(session: Session, statement: str):
    note(session, 1)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


def test_what_is_given_for_number_and_hash_is_overwritten(session: Session):
    before = queries.head(session)
    session.execute(
        text(
            "INSERT INTO audit_entries (seq, at, action, subject_type, subject_id, by, detail, previous, hash) "
            "VALUES (999999, now(), 'a', 't', 's', 'b', '{}', 'x', 'y')"
        )
    )
    assert queries.head(session).seq == before.seq + 1
    assert queries.verify(session).holds


class Chain:
    """A database of its own with five lines, its owner's hands, and the command."""

    def __init__(self, url: str) -> None:
        self.url = url

    def as_owner(self, *statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)

    def verify(self, *arguments: str) -> Result:
        return CliRunner().invoke(audit, ["verify", *arguments])


@pytest.fixture
def chain(app: Flask, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    server = make_url(settings.database_url).set(drivername="postgresql", database="postgres")
    admin = server.render_as_string(hide_password=False)
    name = f"{make_url(settings.database_url).database}_chain"
    source = Identifier(str(make_url(settings.database_url).database))
    engine.dispose()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), source))
    url = server.set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    own = db.configure()
    with db.transaction() as session:
        for number in range(5):
            note(session, number)
    db.session.remove()
    own.dispose()
    yield Chain(url)
    db._factory.configure(bind=engine)
    monkeypatch.undo()
    get_settings.cache_clear()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        (["UPDATE audit_entries SET by = 'another' WHERE seq = 3"], 3),
        (["UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE seq = 5"], 5),
        (["UPDATE audit_entries SET detail = detail || ' ' WHERE seq = 1"], 1),
        (["DELETE FROM audit_entries WHERE seq = 1"], 1),
        (["DELETE FROM audit_entries WHERE seq = 4"], 4),
        (
            [
                "UPDATE audit_entries SET seq = 100 WHERE seq = 2",
                "UPDATE audit_entries SET seq = 2 WHERE seq = 3",
                "UPDATE audit_entries SET seq = 3 WHERE seq = 100",
            ],
            2,
        ),
        (["DELETE FROM audit_entries WHERE seq >= 4"], 4),
        (["DELETE FROM audit_entries"], 1),
    ],
)
def test_what_the_owner_of_the_database_does_shows(chain: Chain, tampering: list[str], broken: int):
    assert chain.verify().exit_code == 0

    chain.as_owner(*tampering)
    found = chain.verify()

    assert (found.exit_code, json.loads(found.stdout)["broken"]) == (1, broken)


def test_a_tail_cut_with_its_head_shows_against_a_head_kept_elsewhere(chain: Chain, tmp_path: Path):
    kept = tmp_path / "head.json"
    kept.write_text(CliRunner().invoke(audit, ["head"]).stdout)
    assert chain.verify("--head", str(kept)).exit_code == 0

    chain.as_owner(
        "DELETE FROM audit_entries WHERE seq >= 4",
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)",
    )

    assert chain.verify().exit_code == 0
    found = chain.verify("--head", str(kept))
    assert (found.exit_code, json.loads(found.stdout)["why"]) == (
        1,
        "the chain ends at line 3, not where it was seen to end before: its end was cut",
    )


def test_what_cannot_be_read_is_said_in_a_sentence(chain: Chain, tmp_path: Path):
    wrong = tmp_path / "head.json"
    wrong.write_text('{"seq": "many"}')
    for name in (str(wrong), str(tmp_path / "absent.json")):
        found = chain.verify("--head", name)
        assert (found.exit_code, found.stdout) == (2, "")
        assert found.stderr.startswith(f"{name}: not a head as `portale audit head` writes it (")


def test_a_database_that_is_not_there_is_said_so(
    app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PORTALE_HOME", str(tmp_path))
    try:
        for url, said in (
            ("postgresql://127.0.0.1:1/x", "the database did not answer: OperationalError\n"),
            ("", "the settings are not complete: DATABASE_URL\n"),
        ):
            monkeypatch.setenv("DATABASE_URL", url)
            get_settings.cache_clear()
            found = CliRunner().invoke(audit, ["verify"])
            assert (found.exit_code, found.stderr) == (2, said)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
        db.session.remove()
        db._factory.configure(bind=engine)


def test_the_tip_of_an_untouched_chain_is_its_start(session: Session):
    assert queries.head(session) == Tip(0, "0" * 64)
