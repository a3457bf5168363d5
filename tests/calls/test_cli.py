"""`portale call`: exit 0 done, 1 the call does not hold, 2 bad input; one sentence a fault."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal import db
from portal.calls import cli, queries
from portal.calls.models import CallVersion
from portal.calls.rules.yaml_io import SHIPPED, load
from tests.factories.calls import MISURA

FILE = SHIPPED / "export-su-misura-2025.yaml"


@pytest.fixture
def run(session, engine, monkeypatch):
    """The command, on the test's own transaction."""
    monkeypatch.setattr(db, "configure", lambda *_: engine)
    monkeypatch.setattr(db.session, "remove", lambda: None)
    monkeypatch.setattr(engine.__class__, "dispose", lambda *_a, **_k: None)

    def invoke(*words: object):
        done = CliRunner().invoke(cli.call, [str(word) for word in words])
        return done.exit_code, done.stdout, done.stderr

    return invoke


@pytest.fixture
def edited(tmp_path):
    """A file with one thing changed."""

    def edit(old: str, new: str):
        path = tmp_path / "bando.yaml"
        text = FILE.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return path

    return edit


def test_lint_of_a_sound_call():
    done = CliRunner().invoke(cli.call, ["lint", str(FILE)])
    assert (done.exit_code, done.stdout) == (0, "export-su-misura-2025.yaml: 0 to mend, 0 to consider\n")


def test_lint_of_a_contradiction(edited):
    done = CliRunner().invoke(cli.call, ["lint", str(edited("  total: 50\n", "  total: 500\n"))])
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        [
            "error: thresholds.total: the threshold 500 is above what can be reached, 100",
            "bando.yaml: 1 to mend, 0 to consider",
        ],
    )


def test_strict_lint_takes_warnings_seriously(edited):
    path = str(edited("  procedure: 90\n", "  procedure: 91\n"))
    assert CliRunner().invoke(cli.call, ["lint", path]).exit_code == 0
    assert CliRunner().invoke(cli.call, ["lint", "--strict", path]).exit_code == 1


def test_bad_input_names_line_and_field(edited):
    path = edited("  evaluation: 45", "  evaluation: fifty")
    line = FILE.read_text().split("  evaluation: 45")[0].count("\n") + 1
    done = CliRunner().invoke(cli.call, ["lint", str(path)])
    assert (done.exit_code, done.stderr) == (2, f"bando.yaml: line {line}: days.evaluation: must be a whole number\n")


def test_import_export_and_import_again(run, session, tmp_path):
    assert run("import", FILE)[:2] == (0, f"{MISURA}: created, draft, 2025-11-03 to 2025-11-21\n")
    code, written, _err = run("export", MISURA)
    assert (code, written) == (0, FILE.read_text())

    copy = tmp_path / "copy.yaml"
    copy.write_text(written)
    assert run("import", copy)[1].startswith(f"{MISURA}: unchanged")
    assert session.scalar(select(func.count(CallVersion.id))) == 1


def test_a_change_needs_a_reason(run, edited):
    run("import", FILE)
    path = edited("  acceptance: 7", "  acceptance: 9")
    assert run("import", path)[0] == 1
    assert run("import", path, "--reason", "Più tempo")[:2] == (
        0,
        f"{MISURA}: drafted, draft, 2025-11-03 to 2025-11-21\n",
    )


def test_a_demonstration_is_open_now_and_says_why_and_stays_put(run, session):
    code, said, _err = run("import", FILE, "--shift-to-now", "--publish")
    assert (code, said.startswith(f"{MISURA}: created, open, ")) == (0, True)
    call = queries.get_by_code(session, MISURA)
    assert call.version.reason.startswith("Dimostrazione: finestra e date spostate di ")
    assert (call.opens_at - load(FILE).window.opens_at).days % 7 in {0, 6}

    assert run("import", FILE, "--shift-to-now", "--publish")[1].startswith(f"{MISURA}: unchanged, open")


def test_publish_amend_tick_list(run, edited):
    run("import", FILE)
    assert run("amend", FILE, "--reason", "x")[0] == 1
    assert run("publish", MISURA)[:2] == (0, f"{MISURA}: closed\n")
    assert run("publish", MISURA)[0] == 1
    assert run("amend", edited("  acceptance: 7", "  acceptance: 9"), "--reason", "Più tempo")[:2] == (
        0,
        f"{MISURA}: amended\n",
    )
    assert run("tick") == (0, "", "")
    assert run("list")[1].splitlines()[0] == f"{MISURA}: closed, 2025-11-03 10:00 to 2025-11-21 15:00"
    assert run("export", MISURA, "--version", 1)[1] == FILE.read_text()
    assert run("export", MISURA, "--version", 9)[0] == 1
    assert run("export", "NOPE-2025")[0] == 1
