"""Drawing up and publishing, against PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit.queries import story
from portal.calls.models import Call
from portal.calls.rules.content import Lot, TieBreak
from portal.evaluation import service as evaluation
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.kernel.text import sha256_hex
from portal.ranking import queries, rules, service
from portal.ranking.models import Place, Ranking
from portal.ranking.rules.refusals import (
    AlreadyApproved,
    AlreadyPublished,
    CallStillOpen,
    LotTooLate,
    NeverPublished,
    NotApproved,
    NothingFreed,
    NothingToRank,
    Overtaken,
    ReasonNeeded,
    ReserveExpired,
    SamePerson,
    SeedNeeded,
    StillOwed,
    ThirdPersonNeeded,
    WrongSeed,
)
from portal.ranking.service.moves import words
from tests.factories.calls import around, content, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, SECOND, admitted, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OVER = around(NOW - timedelta(days=30))


@pytest.fixture
def call(session) -> Call:
    return make_call(session, window=OVER)


@pytest.fixture
def anna(session):
    return reviewer()


def draw(session, call, **more):
    return service.draw_up(session, call.id, by=OFFICE, now=NOW, **more)


def publish(session, ranking):
    if ranking.approved_at is None:
        service.approve(session, ranking.id, by=SECOND, now=NOW)
    return service.publish(session, ranking.id, by=OFFICE, now=NOW)


def lines(session, ranking):
    rows = session.scalars(select(Place).where(Place.ranking_id == ranking.id).order_by(Place.position)).all()
    return [(row.application_id, row.outcome.value) for row in rows]


def test_a_ranking_is_drawn_up_from_scores_and_report(session, call, anna):
    best = scored(call, admitted(call), anna, shares=["1"])
    weak = scored(call, admitted(call), anna, shares=["0.25"])
    good = scored(call, admitted(call), anna, shares=["0.75"])
    out = admitted(call, status=Status.NOT_ADMITTED)

    ranking = draw(session, call)

    assert lines(session, ranking) == [(best.id, "funded"), (good.id, "funded"), (weak.id, "below_threshold")]
    assert (ranking.number, ranking.published_at, ranking.content["not_admitted"]) == (1, None, [out.protocol])
    assert ranking.content["entries"][0]["total"] == "90.00"
    assert rules.verify(json.dumps(ranking.content).encode()) is None
    assert [best.status, good.status, weak.status] == [Status.EVALUATED] * 3


def test_the_mean_of_the_reviewers_is_exact(session, call, anna):
    bruno, carla = reviewer(), reviewer()
    scored(call, admitted(call), anna, bruno, carla, shares=["0.5", "0.5", "0.525"])

    scores = draw(session, call).content["entries"][0]["scores"]

    assert scores["prefeasibility_on_target_market"] == "20.33"


def test_who_is_named_and_who_is_not(session, call, anna):
    sole_trader = CompanyFactory(legal_name="Rossi Mario", tax_code="RSSMRA80A01F205X", is_sole_trader=True)
    scored(call, admitted(call, company=sole_trader), anna, shares=["1"])
    scored(call, admitted(call, company=CompanyFactory(legal_name="Sotto Soglia S.r.l.")), anna, shares=["0"])

    written = json.dumps(draw(session, call).content)

    assert sole_trader.vat in written
    for absent in ("RSSMRA80A01F205X", "Sotto Soglia", anna.full_name, anna.email):
        assert absent not in written


def test_nothing_is_drawn_up_while_the_call_is_open(session):
    with pytest.raises(CallStillOpen):
        draw(session, make_call(session, window=around(NOW)))


def test_nothing_is_drawn_up_while_something_is_owed(session, call, anna):
    scored(call, admitted(call), anna)
    admitted(call)
    admitted(call, status=Status.ELIGIBILITY_CHECK)

    with pytest.raises(StillOwed) as refusal:
        draw(session, call)

    assert refusal.value.facts == {"check": 1, "scores": 1}
    assert str(refusal.value) == (
        "La graduatoria non si può ancora redigere. Domande con istruttoria da chiudere: 1; "
        "domande con schede da consegnare: 1."
    )


def test_nothing_is_drawn_up_from_nothing(session, call):
    with pytest.raises(NothingToRank):
        draw(session, call)


def test_an_application_that_the_rule_does_not_cover_is_named(session, call, anna):
    lost = scored(call, admitted(call, pathway="atlantis"), anna)

    with pytest.raises(rules.Unrankable) as refusal:
        draw(session, call)

    assert refusal.value.facts["registry_number"] == lost.protocol


def test_the_same_inputs_drawn_up_again_are_the_same_version(session, call, anna):
    scored(call, admitted(call), anna)

    assert draw(session, call).id == draw(session, call).id
    assert len(queries.versions(session, call.id)) == 1


def test_publishing_moves_everyone_and_tells_the_outbox_once(session, call, anna):
    best, weak = scored(call, admitted(call), anna, shares=["1"]), scored(call, admitted(call), anna, shares=["0"])
    ranking = draw(session, call)

    publish(session, ranking)
    with pytest.raises(AlreadyPublished):
        publish(session, ranking)

    told = session.scalars(select(Envelope).where(Envelope.name == "ranking.published")).all()
    assert [e.payload for e in told] == [{"ranking_id": str(ranking.id)}]
    assert [best.status, weak.status] == [Status.FUNDED, Status.BELOW_THRESHOLD]
    assert (ranking.published_at, ranking.published_by) == (NOW, OFFICE)
    assert [entry.action for entry in story(session, call.id)][-3:] == [
        "ranking.drawn_up",
        "ranking.approved",
        "ranking.published",
    ]


def test_a_version_overtaken_by_a_change_is_not_published(session, call, anna):
    application = scored(call, admitted(call), anna, shares=["1"])
    ranking = draw(session, call)
    (sheet,) = sheets(application)
    evaluation.reopen(session, sheet.assignment_id, reason="Punteggi invertiti", by=OFFICE, now=NOW)

    with pytest.raises(Overtaken):
        publish(session, ranking)


def test_only_the_newest_version_is_published(session, call, anna):
    scored(call, admitted(call), anna, shares=["1"])
    old = draw(session, call)
    scored(call, admitted(call), anna, shares=["0.75"])
    new = draw(session, call)

    with pytest.raises(Overtaken):
        publish(session, old)
    publish(session, new)

    assert (old.number, new.number) == (1, 2)


def test_a_published_ranking_is_replaced_only_with_a_reason(session, call, anna):
    first = scored(call, admitted(call), anna, shares=["0.75"])
    publish(session, draw(session, call))
    scored(call, admitted(call), anna, shares=["1"])

    with pytest.raises(ReasonNeeded):
        draw(session, call, reason="  perché  ")
    again = draw(session, call, reason="Riesame di una domanda")
    publish(session, again)

    assert again.content["ranking"]["reason"] == "Riesame di una domanda"
    assert [outcome for _, outcome in lines(session, again)] == ["funded", "funded"]
    assert first.status is Status.FUNDED


def test_who_drew_up_does_not_approve_and_nobody_publishes_unapproved(session, call, anna):
    scored(call, admitted(call), anna)
    ranking = draw(session, call)

    with pytest.raises(NotApproved):
        service.publish(session, ranking.id, by=SECOND, now=NOW)
    with pytest.raises(SamePerson):
        service.approve(session, ranking.id, by=OFFICE.upper(), now=NOW)
    service.approve(session, ranking.id, by=SECOND, now=NOW)
    with pytest.raises(AlreadyApproved):
        service.approve(session, ranking.id, by=SECOND, now=NOW)


def test_where_the_call_wants_three_persons_the_third_publishes(session, anna):
    call = make_call(session, window=OVER, four_eyes="three_persons")
    scored(call, admitted(call), anna)
    ranking = draw(session, call)
    service.approve(session, ranking.id, by=SECOND, now=NOW)

    for one in (OFFICE, SECOND):
        with pytest.raises(ThirdPersonNeeded):
            service.publish(session, ranking.id, by=one, now=NOW)
    assert service.publish(session, ranking.id, by="terza@unioncamere.example", now=NOW).persons == 3


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("approved_by = upper(drawn_up_by), approved_at = now()", "four_eyes"),
        ("published_at = now(), published_by = drawn_up_by", "approved_before_published"),
        ("approved_at = now()", "approved_by_somebody"),
    ],
)
def test_the_database_has_four_eyes_too(session, call, anna, change, constraint):
    scored(call, admitted(call), anna)
    draw(session, call)

    with pytest.raises(IntegrityError, match=f"ck_rankings_{constraint}"):
        session.execute(text(f"UPDATE rankings SET {change}"))


def test_an_approved_version_is_frozen(session, call, anna):
    scored(call, admitted(call), anna)
    service.approve(session, draw(session, call).id, by=SECOND, now=NOW)

    with pytest.raises(ProgrammingError, match="not rewritten"):
        session.execute(text("UPDATE rankings SET approved_by = 'altra@x.example'"))


def ranked(session, anna, how_many=3, **changes):
    """A call with two places, published; the applications, the best first."""
    shipped = content()
    two = shipped.budget.model_copy(update={"places": 2})
    pathways = [one.model_copy(update={"min_firms": None}) for one in shipped.pathways]
    call = make_call(session, window=OVER, budget=two, pathways=pathways, **changes)
    shares = ["1", "0.9", "0.8", "0.75"][:how_many]
    firms = [scored(call, admitted(call), anna, shares=[share]) for share in shares]
    publish(session, draw(session, call))
    for one in firms:
        session.refresh(one)
    return call, firms


def test_an_awarded_firm_keeps_its_grant_and_a_waiver_lets_the_next_in(session, anna):
    call, (best, good, third) = ranked(session, anna)
    move(session, good.id, Status.AWARDED, by=OFFICE, now=NOW)
    move(session, best.id, Status.WAIVED, by=OFFICE, now=NOW)

    ranking = publish(session, service.draw_reserve(session, call.id, by=OFFICE, now=NOW))

    assert [(line["granted"], line["outcome"]) for line in ranking.content["entries"]] == [
        ({"eur": "11500.00", "reserve": None}, "funded"),
        (None, "funded"),
    ]
    assert ranking.content["left"] == [{"registry_number": best.protocol, "code": "waived"}]
    assert (ranking.cause, ranking.reason) == ("reserve_draw", "Scorrimento della riserva: posti liberati 1.")
    assert rules.verify(json.dumps(ranking.content).encode()) is None
    session.refresh(third)
    session.refresh(good)
    assert (good.status, third.status) == (Status.AWARDED, Status.FUNDED)
    places = session.scalars(select(Place).where(Place.ranking_id == ranking.id).order_by(Place.position)).all()
    assert [rules.Move.model_validate(place.move).steps for place in places] == [-1, -1]
    assert words(places[1].move, {}) == "salita di 1: rinuncia di un'impresa; liberato il posto di un'impresa"


def test_no_reserve_is_drawn_before_a_publication(session, call):
    with pytest.raises(NeverPublished):
        service.draw_reserve(session, call.id, by=OFFICE, now=NOW)


def test_a_reserve_is_drawn_only_when_somebody_left_and_in_time(session, anna):
    call, (best, *_) = ranked(session, anna)
    with pytest.raises(NothingFreed):
        service.draw_reserve(session, call.id, by=OFFICE, now=NOW)
    move(session, best.id, Status.WAIVED, by=OFFICE, now=NOW)
    with pytest.raises(ReserveExpired):
        service.draw_reserve(session, call.id, by=OFFICE, now=NOW + timedelta(days=120))


def test_who_is_excluded_after_the_publication_has_left(session, anna):
    call, (best, *_) = ranked(session, anna)
    move(session, best.id, Status.NOT_ADMITTED, by=OFFICE, now=NOW)

    ranking = draw(session, call, reason="Esclusione dopo il controllo", cause=rules.Cause.EXCLUSION)

    assert ranking.content["left"] == [{"registry_number": best.protocol, "code": "excluded"}]
    assert ranking.content["not_admitted"] == []


def test_a_lot_needs_the_seed_that_the_call_promised(session, anna):
    seed = "5e" * 32
    source = content().source
    lot = Lot(commitment=sha256_hex(bytes.fromhex(seed)), source=source)
    ties = [TieBreak(by="lot", order="asc", source=source)]
    call = make_call(session, window=OVER, at=OVER.opens_at - timedelta(days=1), lot=lot, tie_break=ties)
    scored(call, admitted(call), anna)

    with pytest.raises(SeedNeeded):
        draw(session, call)
    for wrong in ("00" * 32, "parola", "zz" * 32):
        with pytest.raises(WrongSeed):
            draw(session, call, seed=wrong)
    first = publish(session, draw(session, call, seed=f" {seed.upper()} "))
    again = draw(session, call, reason="Una nuova versione")

    assert first.content["rule"]["lot"]["seed"] == again.content["rule"]["lot"]["seed"] == seed


def test_an_unknown_ranking_is_not_found(session, call):
    with pytest.raises(NotFound):
        service.publish(session, call.id, by=OFFICE, now=NOW)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE rankings SET content = '{}'",
        "UPDATE rankings SET sha256 = 'x'",
        "UPDATE rankings SET reason = 'altro'",
        "DELETE FROM rankings",
        "UPDATE places SET total = 100",
        "DELETE FROM places",
    ],
)
def test_a_published_ranking_cannot_be_rewritten(session, call, anna, tampering):
    scored(call, admitted(call), anna)
    publish(session, draw(session, call))

    with pytest.raises(ProgrammingError, match=r"permission denied|not rewritten|append-only"):
        session.execute(text(tampering))


def test_the_places_are_those_of_the_call(session, call, anna):
    budget = make_call(session, "UZBEKISTAN-2025", window=OVER)
    for _ in range(26):
        scored(budget, admitted(budget), anna)

    counts = queries.counts(session, draw(session, budget).id)

    assert (counts.of(rules.Outcome.FUNDED), counts.of(rules.Outcome.RESERVE)) == (25, 1)


def test_a_ranking_is_kept_by_version(session, call, anna):
    scored(call, admitted(call), anna)
    ranking = draw(session, call)

    assert session.get(Ranking, ranking.id).inputs[0]["sheets"][0]["reviewer"] == str(anna.id)
    assert ranking.content["ranking"]["inputs_sha256"] == ranking.inputs_sha256


def test_a_lot_promised_after_the_window_closed_is_too_late(session, anna):
    seed = "5e" * 32
    source = content().source
    more = {
        "lot": Lot(commitment=sha256_hex(bytes.fromhex(seed)), source=source),
        "tie_break": [TieBreak(by="lot", order="asc", source=source)],
    }
    call = make_call(session, window=OVER, at=OVER.closes_at + timedelta(hours=1), **more)
    scored(call, admitted(call), anna)

    with pytest.raises(LotTooLate):
        draw(session, call, seed=seed)


def test_the_database_has_six_eyes_too_where_the_call_asks(session, anna):
    call = make_call(session, window=OVER, four_eyes="three_persons")
    scored(call, admitted(call), anna)
    service.approve(session, draw(session, call).id, by=SECOND, now=NOW)

    for one in ("drawn_up_by", "approved_by"):
        with pytest.raises(IntegrityError, match="six_eyes_where_asked"), session.begin_nested():
            session.execute(text(f"UPDATE rankings SET published_at = now(), published_by = upper({one})"))
