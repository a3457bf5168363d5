"""What an event asks of the office, and why none of its agendas can be: in words, pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.matching.rules import conflicts
from portal.matching.rules.conflicts import Named
from portal.matching.rules.desk import Facts, jobs
from portal.matching.rules.states import EventState

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
QUIET: dict[str, Any] = {
    "state": EventState.WISHES,
    "wishes_from": NOW - DAY,
    "wishes_until": NOW + 9 * DAY,
    "to_read": 0,
    "invited": 0,
    "firms": 3,
    "buyers": 2,
    "is_infeasible": False,
    "has_failed": False,
    "ends_at": NOW + 9 * DAY,
}


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"to_read": 2}, ["2 profili da leggere."]),
        ({"to_read": 1, "invited": 3}, ["1 profilo da leggere.", "3 invitati non hanno ancora risposto."]),
        ({"wishes_until": NOW}, ["Le preferenze sono scadute: chiudile e proponi gli incontri."]),
        ({"state": EventState.SCHEDULING}, ["L'agenda è da calcolare e pubblicare."]),
        (
            {"state": EventState.SCHEDULING, "is_infeasible": True},
            [
                "Nessuna agenda rispetta tutti gli obblighi: leggi quali non stanno insieme.",
                "L'agenda è da calcolare e pubblicare.",
            ],
        ),
        ({"has_failed": True}, ["L'ultimo calcolo dell'agenda si è interrotto."]),
        (
            {"state": EventState.DRAFT, "buyers": 0},
            [
                "Mancano i partecipanti: aggiungi le imprese ammesse e invita i buyer.",
                "Le preferenze dovevano già aprirsi: apri l'evento.",
            ],
        ),
        ({"state": EventState.DRAFT, "wishes_from": NOW + DAY}, []),
        ({"state": EventState.PUBLISHED, "unmarked": 3, "unsaid": 3}, []),
        ({"wishes_until": NOW + DAY}, []),
        (
            {"wishes_until": NOW + 3 * DAY, "silent": 1},
            ["Le preferenze si chiudono fra poco: 1 partecipante non ne ha espresse."],
        ),
        ({"wishes_until": NOW + 4 * DAY, "silent": 1}, []),
        ({"state": EventState.PUBLISHED, "ends_at": None}, []),
        (
            {"state": EventState.PUBLISHED, "ends_at": NOW, "hit": 1, "untold": 1},
            ["L'evento è finito: quando gli incontri sono segnati, chiudilo."],
        ),
        ({"state": EventState.CLOSED, "to_read": 5, "has_failed": True}, []),
    ],
)
def test_an_event_asks_for_what_is_due_and_nothing_else(changes, words):
    assert [str(job.words) for job in jobs(Facts(**QUIET | changes), now=NOW)] == words


NAMED = Named(people={"f": "Rossi S.r.l.", "b": "Ipak LLC"}, slots={"s2": "09/03 09:25"}, locked=frozenset({"m2"}))
INSTANCE: dict[str, Any] = {
    "slots": [{"id": "s1"}, {"id": "s2"}, {"id": "s3"}],
    "participants": [
        {"id": "f", "unavailable": ["s1"], "min_meetings": 2, "max_meetings": None},
        {"id": "b", "unavailable": [], "min_meetings": 0, "max_meetings": 1},
    ],
    "meetings": [
        {"id": "m1", "a": "f", "b": "b", "required": True, "fixed_slot": "s2", "session": None},
        {"id": "m2", "a": "f", "b": "x", "required": False, "fixed_slot": None, "session": "Mattina"},
    ],
    "constraints": {"hard_min_meetings": True, "max_break_difference": 1},
}


def said(conflict, **changes):
    return [str(one) for one in conflicts.words(conflict, INSTANCE | changes, NAMED)]


@pytest.mark.usefixtures("session")
def test_demands_that_clash_are_said_with_names():
    assert said({"meetings": ["m1", "m2", "m9"], "participants": ["f", "b", "z"]}) == [
        "L'incontro Rossi S.r.l. – Ipak LLC deve tenersi.",
        "L'incontro Rossi S.r.l. – Ipak LLC può essere solo alle 09/03 09:25.",
        "L'incontro Rossi S.r.l. – ? è bloccato dov'è.",
        "L'incontro Rossi S.r.l. – ? può essere solo nella sessione «Mattina».",
        "Rossi S.r.l. è disponibile in 2 turni.",
        "Rossi S.r.l. deve avere almeno 2 incontri; quelli proposti sono 2.",
        "Ipak LLC è disponibile in 3 turni.",
        "Ipak LLC può avere al massimo 1 incontri.",
    ]


@pytest.mark.usefixtures("session")
def test_minimums_that_do_not_bind_and_breaks_without_meetings():
    soft = {"constraints": {"hard_min_meetings": False, "max_break_difference": None}}
    assert said({"participants": ["f"]}, **soft) == ["Rossi S.r.l. è disponibile in 2 turni."]
    assert said({}) == ["Le pause dei partecipanti possono differire al massimo di 1."]
    assert said({}, constraints=None) == []
