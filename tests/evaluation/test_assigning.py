"""The assignment: as good as the best of all, whatever the order; nothing across a conflict, nothing moved in vain."""

from collections import Counter
from itertools import combinations, product
from uuid import UUID

from hypothesis import given, settings, strategies as st

from portal.evaluation.rules import Expertise, Given, Seat, Subject, ToReview, Why, match, share
from portal.evaluation.rules.assigning import BEST_MATCH, problem, worth

ANNA, BRUNO, CARLA, DARIO = (UUID(int=n) for n in range(1, 5))
PEOPLE = [ANNA, BRUNO, CARLA, DARIO]
FIRST, SECOND, THIRD = (UUID(int=1000 + n) for n in range(3))


@st.composite
def situations(draw, cases=3, people=3):
    """Small enough to try every way: who has what, who may not, caps, matches, absences."""
    panel = PEOPLE[: draw(st.integers(1, people))]
    some = st.frozensets(st.sampled_from(panel), max_size=2)
    found = []
    for n in range(draw(st.integers(0, cases))):
        fixed, loose, barred = draw(some), draw(some), draw(some)
        found.append(
            ToReview(
                application=UUID(int=1000 + n),
                fixed=fixed,
                loose=loose - fixed,
                barred=dict.fromkeys(barred - fixed, Why.CONFLICT),
                match={one: draw(st.integers(0, BEST_MATCH)) for one in panel},
            )
        )
    seats = [
        Seat(
            reviewer=one,
            cap=draw(st.integers(0, 4)),
            done=draw(st.integers(0, 2)),
            is_away=draw(st.booleans()),
        )
        for one in panel
    ]
    return found, seats, draw(st.integers(1, 3))


def every_way(asked):
    """Every assignment that respects conflicts, absences and caps."""
    per_case = []
    for case in asked.cases:
        able = [Given(case.application, seat.reviewer) for seat in asked.seats if asked.may(case, seat)]
        most = min(asked.wanted(case), len(able))
        per_case.append([chosen for size in range(most + 1) for chosen in combinations(able, size)])
    base, caps = asked.base(), {seat.reviewer: seat.cap for seat in asked.seats}
    for ways in product(*per_case):
        found = frozenset(one for way in ways for one in way)
        loads = Counter(one.reviewer for one in found)
        if all(base[who] + load <= caps[who] for who, load in loads.items()):
            yield found


def outcome(cases, sharing):
    loose = {Given(case.application, who) for case in cases for who in case.loose}
    return frozenset((loose - set(sharing.taken)) | set(sharing.given))


@settings(max_examples=300, deadline=None)
@given(situations())
def test_no_other_assignment_is_better(situation):
    cases, seats, each = situation
    asked = problem(cases, seats, each=each)

    found = outcome(cases, share(cases, seats, each=each))

    assert worth(found, asked) == min(worth(other, asked) for other in every_way(asked))


@settings(max_examples=200, deadline=None)
@given(situations(cases=6, people=4), st.randoms())
def test_the_order_of_the_facts_changes_nothing_and_no_rule_is_broken(situation, random):
    cases, seats, each = situation
    sharing = share(cases, seats, each=each)
    shuffled = share(random.sample(cases, len(cases)), random.sample(seats, len(seats)), each=each)

    assert shuffled == sharing
    by_case, seat_of = {case.application: case for case in cases}, {seat.reviewer: seat for seat in seats}
    for application, reviewer in sharing.given:
        case = by_case[application]
        assert reviewer not in case.barred
        assert reviewer not in case.fixed | case.loose
        assert not seat_of[reviewer].is_away
    loads = problem(cases, seats, each=each).base() + Counter(one.reviewer for one in outcome(cases, sharing))
    for who, load in Counter(one.reviewer for one in outcome(cases, sharing)).items():
        assert loads[who] <= seat_of[who].cap, load


@settings(max_examples=200, deadline=None)
@given(situations(cases=6, people=4))
def test_a_second_run_moves_nothing(situation):
    cases, seats, each = situation
    found = outcome(cases, share(cases, seats, each=each))
    again = [
        ToReview(
            application=case.application,
            fixed=case.fixed,
            loose=frozenset(who for which, who in found if which == case.application),
            barred=case.barred,
            match=case.match,
        )
        for case in cases
    ]

    sharing = share(again, seats, each=each)

    assert (sharing.given, sharing.taken) == ((), ())


@given(st.integers(1, 6), st.integers(0, 40), st.integers(1, 3))
def test_without_conflicts_nobody_has_more_than_one_more_than_another(people, count, each):
    seats = [Seat(reviewer=UUID(int=n), cap=1000) for n in range(1, people + 1)]
    cases = [ToReview(application=UUID(int=1000 + n)) for n in range(count)]

    load = Counter({seat.reviewer: 0 for seat in seats})
    load.update(one.reviewer for one in share(cases, seats, each=each).given)

    assert max(load.values()) - min(load.values()) <= 1


def test_a_reviewer_not_yet_begun_moves_where_an_application_would_stay_short():
    """Only Bruno may take the second; he holds the first, which Anna may take."""
    cases = [
        ToReview(application=FIRST, loose=frozenset({BRUNO})),
        ToReview(application=SECOND, barred={ANNA: Why.CONFLICT}),
    ]

    sharing = share(cases, [Seat(reviewer=ANNA, cap=1), Seat(reviewer=BRUNO, cap=1)], each=1)

    assert sharing.taken == (Given(FIRST, BRUNO),)
    assert sharing.given == (Given(FIRST, ANNA), Given(SECOND, BRUNO))
    assert sharing.lacking == ()


def test_what_was_begun_or_given_by_hand_never_moves_and_the_lack_is_said_with_its_reasons():
    cases = [
        ToReview(application=FIRST, fixed=frozenset({BRUNO})),
        ToReview(application=SECOND, barred={ANNA: Why.CONFLICT, CARLA: Why.LEFT}),
    ]
    seats = [Seat(reviewer=ANNA, cap=1), Seat(reviewer=BRUNO, cap=1), Seat(reviewer=CARLA, cap=9)]
    seats.append(Seat(reviewer=DARIO, cap=9, is_away=True))

    sharing = share(cases, seats, each=1)

    assert (sharing.given, sharing.taken) == ((), ())
    (lack,) = sharing.lacking
    assert (lack.application, lack.missing) == (SECOND, 1)
    assert lack.reasons == {Why.CONFLICT: 1, Why.FULL: 1, Why.LEFT: 1, Why.AWAY: 1}


def test_what_is_done_already_counts_for_the_balance():
    seats = [Seat(reviewer=ANNA, cap=9, done=3), Seat(reviewer=BRUNO, cap=9)]

    sharing = share([ToReview(application=UUID(int=1000 + n)) for n in range(5)], seats, each=1)

    assert Counter(one.reviewer for one in sharing.given) == {ANNA: 1, BRUNO: 4}


def test_among_even_assignments_the_best_known_is_chosen():
    cases = [ToReview(application=FIRST, match={BRUNO: 8}), ToReview(application=SECOND, match={ANNA: 4})]

    sharing = share(cases, [Seat(reviewer=ANNA, cap=9), Seat(reviewer=BRUNO, cap=9)], each=1)

    assert sharing.given == (Given(FIRST, BRUNO), Given(SECOND, ANNA))


def test_a_match_counts_divisions_pathway_languages_and_words():
    knows = Expertise(
        divisions=frozenset({"28"}),
        pathways=frozenset({"uae"}),
        keywords=frozenset({"packaging", "macchine", "vino"}),
        languages=frozenset({"ru"}),
    )
    subject = Subject(
        divisions=frozenset({"28", "62"}), pathway="uae", languages=frozenset({"ru"}), words="Macchine per il Packaging"
    )

    assert match(knows, subject) == BEST_MATCH
    assert match(knows, Subject(words="Vinoteca")) == 0
    assert match(Expertise(), subject) == 0
