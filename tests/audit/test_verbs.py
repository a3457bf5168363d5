"""Each verb of each slice writes the one line of the register that it owes, seen on the way to a published ranking.

A verb is a public function of a slice's `service` that is given a session; a verb called by another is counted with it.
A verb that owes no line, or more than one, stands in OTHERWISE with the reason.
"""

import importlib
import inspect
from collections import defaultdict
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import app
from portal.audit.models import Entry
from portal.demo.people import make_accounts
from portal.demo.stages import Stage, fill
from portal.kernel.clock import utcnow
from tests.factories.calls import make_call

CODE = "EXPORT-SU-MISURA-2025"
SLICES = {"accounts", "applications", "calls", "companies", "documents", "eligibility", "evaluation", "ranking"}
OTHERWISE = {
    "applications.save": "none: who typed it and when stand with the answer; freezing and handing in are lines",
    "documents.store": "none: a file is nobody's until it is attached, and that is a line",
    "companies.register": "two: the firm, and its first member",
    "eligibility.check": "two: the report, and the application's move",
    "evaluation.share_out": "one for each assignment",
    "evaluation.submit": "the last sheet also moves the application",
}
_within: ContextVar[str] = ContextVar("within", default="")


def verbs() -> dict[str, tuple[ModuleType, Any]]:
    """`slice.verb` -> where it is found and what it is."""
    found = {}
    for name in app.SLICES:
        if name == "audit" or not find_spec(f"portal.{name}.service"):
            continue
        module = importlib.import_module(f"portal.{name}.service")
        for verb, what in vars(module).items():
            is_ours = inspect.isfunction(what) and what.__module__.startswith(module.__name__)
            if is_ours and not verb.startswith("_") and next(iter(inspect.signature(what).parameters), "") == "session":
                found[f"{name}.{verb}"] = (module, what)
    return found


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[tuple[str, ...]]]:
    """Of each verb called from now on, the lines that its calls wrote."""
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)

    def watched(name: str, verb: Any) -> Any:
        def call(session: Session, *words: Any, **more: Any) -> Any:
            if _within.get():
                return verb(session, *words, **more)
            inside = _within.set(name)
            before = session.scalar(select(func.max(Entry.seq))) or 0
            try:
                done = verb(session, *words, **more)
            finally:
                _within.reset(inside)
            session.flush()
            lines = session.scalars(select(Entry.action).where(Entry.seq > before).order_by(Entry.seq))
            seen[name].add(tuple(lines))
            return done

        return call

    for name, (module, verb) in verbs().items():
        monkeypatch.setattr(module, name.partition(".")[2], watched(name, verb))
    return seen


def test_each_verb_writes_the_one_line_that_it_owes(session: Session, written: Any, tmp_path: Path):
    """A verb that fails here owes a line, or a place in OTHERWISE; one that is there without need must go."""
    make_call(session, CODE)
    make_accounts(session, tmp_path / "accounts.json", now=utcnow())
    fill(CODE, Stage.RANKED, how_many=3, say=lambda _words: None)

    others = {verb: sorted(lines) for verb, lines in written.items() if {len(line) for line in lines} != {1}}
    assert others.keys() == OTHERWISE.keys(), others
    assert {verb.partition(".")[0] for verb in written} >= SLICES
    assert others["applications.save"] == others["documents.store"] == [()]
