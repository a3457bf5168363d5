"""Why an event can't be scheduled: the demands that don't go together, in words, with names instead of numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext as _l


@dataclass(frozen=True)
class Named:
    """What the words need of an event: names of people and slots, and which meetings are locked."""

    people: Mapping[str, str]
    slots: Mapping[str, str]
    locked: frozenset[str]


def words(conflict: Mapping[str, Any], instance: Mapping[str, Any], named: Named) -> list[LazyString | str]:
    """Each demand of the conflict in a sentence; `conflict`, `instance`: as the contract has them."""
    meetings = {one["id"]: one for one in instance.get("meetings", [])}
    people = {one["id"]: one for one in instance.get("participants", [])}
    limits = instance.get("constraints") or {}
    found = [
        sentence
        for id_ in conflict.get("meetings", [])
        if id_ in meetings
        for sentence in _of_meeting(meetings[id_], named)
    ]
    for id_ in conflict.get("participants", []):
        if id_ in people:
            found += _of_person(people[id_], instance, named, hard=bool(limits.get("hard_min_meetings")))
    apart = limits.get("max_break_difference")
    if apart is not None and not conflict.get("meetings"):
        found.append(_l("Le pause dei partecipanti possono differire al massimo di %(apart)s.", apart=apart))
    return found


def _of_meeting(one: Mapping[str, Any], named: Named) -> Iterator[LazyString]:
    pair = f"{named.people.get(one['a'], '?')} – {named.people.get(one['b'], '?')}"
    if one.get("required"):
        yield _l("L'incontro %(pair)s deve tenersi.", pair=pair)
    if one["id"] in named.locked:
        yield _l("L'incontro %(pair)s è bloccato dov'è.", pair=pair)
    if one.get("fixed_slot"):
        yield _l(
            "L'incontro %(pair)s può essere solo alle %(at)s.", pair=pair, at=named.slots.get(one["fixed_slot"], "?")
        )
    if one.get("session"):
        yield _l("L'incontro %(pair)s può essere solo nella sessione «%(name)s».", pair=pair, name=one["session"])


def _of_person(
    one: Mapping[str, Any], instance: Mapping[str, Any], named: Named, *, hard: bool
) -> Iterator[LazyString]:
    name = named.people.get(one["id"], "?")
    slots = len(instance.get("slots", [])) - len(one.get("unavailable") or [])
    yield _l("%(name)s è disponibile in %(slots)s turni.", name=name, slots=slots)
    if hard and one.get("min_meetings"):
        asked = sum(one["id"] in (meeting["a"], meeting["b"]) for meeting in instance.get("meetings", []))
        yield _l(
            "%(name)s deve avere almeno %(least)s incontri; quelli proposti sono %(asked)s.",
            name=name,
            least=one["min_meetings"],
            asked=asked,
        )
    if one.get("max_meetings") is not None:
        yield _l("%(name)s può avere al massimo %(most)s incontri.", name=name, most=one["max_meetings"])
