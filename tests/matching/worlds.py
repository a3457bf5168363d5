"""Small events, and every schedule that they have."""

from itertools import product

from hypothesis import strategies as st

from portal.matching.rules.scheduling import Assignment, Instance, Solution, Term
from portal.matching.rules.scheduling.check import _Schedule
from portal.matching.rules.scheduling.instance import Weighted

LANGUAGES = ("it-ru", "it-uz")
SOME = st.booleans()


def an_event(**changes):
    """Two firms, two buyers, four slots on two days, one table."""
    return Instance.model_validate_json(Instance.model_validate(_plain() | changes, strict=False).model_dump_json())


def _plain():
    return {
        "format": "b2b-instance/1",
        "id": "prova",
        "slots": [
            {"id": f"S{nth}", "day": f"D{nth // 2}", "session": "AM" if nth % 2 == 0 else "PM"} for nth in range(4)
        ],
        "tables": {"pool": 2},
        "participants": [
            {"id": "F1", "side": "company"},
            {"id": "F2", "side": "company"},
            {"id": "B1", "side": "buyer"},
            {"id": "B2", "side": "buyer"},
        ],
        "meetings": [
            {"id": "M1", "a": "F1", "b": "B1", "weight": 5},
            {"id": "M2", "a": "F1", "b": "B2", "weight": 3},
            {"id": "M3", "a": "F2", "b": "B1", "weight": 2},
        ],
        "objective": {"mode": "lexicographic", "terms": ["lost_weight", "breaks"]},
    }


def a_schedule(instance, **places):
    """`M1="S0 T1"`: the meeting, its slot and its table; a schedule about which nothing is claimed."""
    cells = {meeting: (*place.split(), None)[:2] for meeting, place in places.items()}
    return Solution(
        instance=instance.id,
        status="feasible",
        assignments=tuple(Assignment(meeting=at, slot=slot, table=table) for at, (slot, table) in cells.items()),
    )


@st.composite
def events(draw, *, required=SOME, most=4):
    """Events small enough that every schedule can be looked at."""
    slots = draw(st.integers(2, 4))
    people = draw(st.integers(2, 4))
    ids = [f"P{nth}" for nth in range(people)]
    names = [f"S{nth}" for nth in range(slots)]
    some_slots = st.lists(st.sampled_from(names), unique=True, max_size=1)
    maybe = lambda values: st.one_of(st.none(), values)  # noqa: E731
    meetings = [
        {
            "id": f"M{nth}",
            "a": pair[0],
            "b": pair[1],
            "weight": draw(st.integers(0, 5)),
            "required": draw(required),
            "session": draw(st.sampled_from([None, None, None, "AM", "PM"])),
            "fixed_slot": draw(st.sampled_from([None, None, None, None, *names])),
            "interpreter": draw(st.sampled_from([None, None, *LANGUAGES])),
        }
        for nth, pair in enumerate(draw(st.lists(st.permutations(ids).map(lambda p: p[:2]), min_size=1, max_size=most)))
    ]
    sessions = {slot["session"] for slot in _slots(slots)}
    for meeting in meetings:
        meeting["session"] = meeting["session"] if meeting["session"] in sessions else None
    terms = draw(st.lists(st.sampled_from(list(Term)), unique=True, min_size=1, max_size=4))
    return an_event(
        slots=_slots(slots),
        break_scope=draw(st.sampled_from(["event", "day", "session"])),
        tables={
            "pool": draw(st.integers(0, 2)),
            "pool_by_slot": {name: draw(st.integers(0, 2)) for name in draw(some_slots)},
            "fixed": [
                {"id": f"U{at}", "participant": at}
                for at in draw(st.lists(st.sampled_from(ids), unique=True, max_size=2))
            ],
        },
        participants=[
            {
                "id": at,
                "side": draw(st.sampled_from(["company", "buyer", "other"])),
                "unavailable": draw(some_slots),
                "min_meetings": draw(maybe(st.integers(0, 3))),
                "max_meetings": draw(maybe(st.integers(1, 3))),
                "max_breaks": draw(st.sampled_from([None, None, 0, 1])),
            }
            for at in ids
        ],
        meetings=meetings,
        precedences=[
            {"before": f"M{first}", "after": f"M{then}"}
            for first, then in draw(st.lists(st.permutations(range(len(meetings))).map(lambda p: p[:2]), max_size=1))
            if len(meetings) > 1
        ]
        if len(meetings) > 1
        else [],
        interpreters=[
            {"language": LANGUAGES[0], "count": draw(st.integers(0, 1)), "by_slot": dict.fromkeys(draw(some_slots), 1)}
        ],
        constraints={
            "max_break_difference": draw(st.sampled_from([None, None, 0, 1])),
            "hard_min_meetings": draw(st.sampled_from([False, False, False, True])),
        },
        objective={"mode": "lexicographic", "terms": terms}
        if draw(st.booleans())
        else {"mode": "weighted", "weights": {term: draw(st.integers(0, 3)) for term in terms}},
    )


def _slots(how_many):
    return [
        {"id": f"S{nth}", "day": f"D{nth // 3}", "session": "AM" if nth % 3 < 2 else "PM"} for nth in range(how_many)
    ]


def every_schedule(instance):
    """Each valid schedule with the value of the objective, tables only where they count."""
    counted = Term.TABLE_CHANGES in instance.objective.terms
    slots = [None, *(slot.id for slot in instance.slots)]
    for places in product(slots, repeat=len(instance.meetings)):
        held = [(m.id, slot) for m, slot in zip(instance.meetings, places, strict=True) if slot]
        untabled = _schedule(instance, held, [None] * len(held))
        if next(untabled.violations(), None):
            continue
        if not counted:
            yield value(instance, untabled), held
            continue
        choices = [_tables(instance, untabled, meeting, slot) for meeting, slot in held]
        for tables in product(*choices):
            seated = _schedule(instance, held, tables)
            if not next(seated.violations(), None):
                yield value(instance, seated), held


def _tables(instance, schedule, meeting, slot):
    own = schedule.own_table(next(m for m in instance.meetings if m.id == meeting))
    pool = instance.tables.pool_by_slot.get(slot, instance.tables.pool)
    return [own] if own else [f"T{nth}" for nth in range(1, pool + 1)]


def _schedule(instance, held, tables):
    assignments = tuple(
        Assignment.model_construct(meeting=meeting, slot=slot, table=table)
        for (meeting, slot), table in zip(held, tables, strict=True)
    )
    return _Schedule(
        instance, Solution.model_construct(instance=instance.id, status="feasible", assignments=assignments)
    )


def value(instance, schedule):
    """What is compared."""
    terms = schedule.terms()
    if isinstance(instance.objective, Weighted):
        return (sum(weight * (terms[term] or 0) for term, weight in instance.objective.weights.items()),)
    return tuple(terms[term] for term in instance.objective.terms)
