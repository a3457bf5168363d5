"""`portale accounts create-admin`, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, make_url

from portal import db
from portal.accounts.cli import accounts
from portal.config import Settings, get_settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(accounts, ["create-admin", *arguments])


@pytest.fixture
def database(app: Flask, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    source = make_url(settings.database_url).set(drivername="postgresql")
    admin = source.set(database="postgres").render_as_string(hide_password=False)
    name = f"{source.database}_cli"
    engine.dispose()
    with psycopg.connect(admin, autocommit=True) as connection:
        make = SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(Identifier(name), Identifier(str(source.database))))
    url = source.set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    yield url
    db._factory.configure(bind=engine)
    monkeypatch.undo()
    get_settings.cache_clear()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_a_fresh_installation_gets_its_administrator(database: str):
    for password in ("una frase lunga e mia", "un'altra frase ancora"):
        done = run("capo@x.example", "--name", "Il Capo", "--password", password)
        assert (done.exit_code, done.stdout) == (0, "capo@x.example is an administrator and can sign in.\n")
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT is_admin, confirmed_at IS NOT NULL, epoch FROM users").fetchall()
        lines = connection.execute("SELECT action, by FROM audit_entries").fetchall()
    assert row == [(True, True, 3)]
    assert lines == [("accounts.create_admin", "system")] * 2


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("capo", "una frase lunga e mia", "EMAIL: capo is not an e-mail address\n"),
        ("capo@x.example", "corta", "PASSWORD: at least 12 characters, without the name, the address or words such as"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(database: str, email: str, password: str, said: str):
    done = run(email, "--name", "Il Capo", "--password", password)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


def test_settings_that_are_missing_are_named(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("PORTALE_HOME", str(tmp_path))
    get_settings.cache_clear()

    done = run("capo@x.example", "--name", "Il Capo", "--password", "una frase lunga e mia")

    assert (done.exit_code, done.stderr) == (2, "the settings are not complete: DATABASE_URL\n")
