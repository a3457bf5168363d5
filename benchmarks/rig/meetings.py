"""Generated events, and the plain model that a schedule is compared with."""

import random
from itertools import pairwise
from math import ceil
from typing import Any

from ortools.sat.python import cp_model

from portal.matching.rules.scheduling import Instance
from portal.matching.rules.scheduling.layout import lay_out

LANGUAGES = (None, "it-ru", "it-uz")


def event(firms: int, buyers: int, *, slots: int, each: int, use: float, seed: int) -> Instance:
    """Buyers with up to `each` meetings and more wishes than that; tables and interpreters for `use` to be filled."""
    chance = random.Random(seed)
    names = [f"S{nth:02}" for nth in range(slots)]
    speaks = {f"B{nth}": LANGUAGES[nth % 3] for nth in range(buyers)}
    wishes = [
        (f"F{firm}", buyer, chance.randrange(10, 100))
        for buyer in speaks
        for firm in sorted(chance.sample(range(firms), min(firms, each + each // 3)))
    ]
    needed = {language: each * sum(one == language for one in speaks.values()) for language in LANGUAGES}
    room = {language: ceil(count / slots / use) for language, count in needed.items()}
    return Instance.model_validate(
        {
            "format": "b2b-instance/1",
            "id": f"generated-{firms}x{buyers}x{slots}",
            "break_scope": "day",
            "slots": [_slot(name, nth, slots) for nth, name in enumerate(names)],
            "tables": {"pool": ceil(each * buyers / slots / use)},
            "participants": tuple(
                [
                    {"id": f"F{nth}", "side": "company", "min_meetings": 1, "unavailable": _away(chance, names)}
                    for nth in range(firms)
                ]
                + [{"id": one, "side": "buyer", "min_meetings": 2, "max_meetings": each} for one in speaks]
            ),
            "meetings": tuple(
                {"id": f"M{nth}", "a": firm, "b": buyer, "weight": weight, "interpreter": speaks[buyer]}
                for nth, (firm, buyer, weight) in enumerate(wishes)
            ),
            "interpreters": tuple({"language": one, "count": room[one]} for one in LANGUAGES if one),
            "objective": {"mode": "lexicographic", "terms": ["shortfall", "lost_weight", "breaks"]},
        },
        strict=False,
    )


def _slot(name: str, nth: int, slots: int) -> dict[str, str]:
    return {"id": name, "day": str(1 + 2 * nth // slots), "session": "AM" if 4 * nth // slots % 2 == 0 else "PM"}


def _away(chance: random.Random, names: list[str]) -> tuple[str, ...]:
    """One firm in eight comes only on the first or on the second day."""
    half = len(names) // 2
    return tuple(chance.choice([names[:half], names[half:]])) if chance.random() < 1 / 8 else ()


def plain(instance: Instance) -> cp_model.CpModel:
    """Booleans and sums, nothing implied: what one writes first. All meetings required, breaks minimised, one scope."""
    layout, model = lay_out(instance), cp_model.CpModel()
    held: dict[tuple[int, int], Any] = {}
    for meeting in layout.meetings:
        for slot in layout.open[meeting]:
            held[meeting, slot] = model.new_bool_var("")
        model.add(sum(held[meeting, slot] for slot in layout.open[meeting]) == 1)
    for slot in layout.slots:
        model.add(sum(one for (_, at), one in held.items() if at == slot) <= layout.pool[slot])
    for first, then in layout.before:
        at = [sum(slot * held[one, slot] for slot in layout.open[one]) for one in (first, then)]
        model.add(at[0] + 1 <= at[1])
    ends = [
        _breaks(model, [_at(layout.meetings_of[who], held, slot) for slot in layout.slots]) for who in layout.people
    ]
    apart = instance.constraints.max_break_difference
    if apart is not None:
        least = model.new_int_var(0, len(layout.slots), "")
        for mine in ends:
            model.add(sum(mine) >= least)
            model.add(sum(mine) <= least + apart)
    model.minimize(sum(end for mine in ends for end in mine))
    return model


def _at(meetings: tuple[int, ...], held: dict[tuple[int, int], Any], slot: int) -> list[Any]:
    return [held[meeting, slot] for meeting in meetings if (meeting, slot) in held]


def _breaks(model: cp_model.CpModel, agenda: list[list[Any]]) -> list[Any]:
    """One meeting at a time; a break ends where one is busy, wasn't just before, and was once."""
    busy = [model.new_bool_var("") for _ in agenda]
    came = [model.new_bool_var("") for _ in agenda]
    for here, now in zip(agenda, busy, strict=True):
        model.add(sum(here) == now)
    model.add(came[0] == busy[0])
    ends = []
    for (was, now), (before, after) in zip(pairwise(busy), pairwise(came), strict=True):
        model.add_max_equality(after, [before, now])
        end = model.new_bool_var("")
        model.add_min_equality(end, [before, now, 1 - was])
        ends.append(end)
    return ends
