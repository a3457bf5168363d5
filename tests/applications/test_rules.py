"""States, what is asked, what is missing, what is frozen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.applications import rules
from portal.applications.rules import Status, freezing
from portal.applications.rules.answers import Stored
from portal.applications.rules.completeness import (
    DECLARATIONS,
    DOCUMENTS,
    Enclosed,
    Missing,
    Why,
    fields_of,
    is_asked,
    missing,
    steps,
)
from portal.applications.rules.prefill import prefilled
from portal.applications.rules.words import STATES, told
from portal.calls.rules.content import CallContent, Condition
from portal.kernel.text import Text
from tests.factories.applications import ANSWERS, content, field, question, text

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
CALL = content(1, opens_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=1))
FILE = Enclosed(document="profile", name="profilo.pdf", sha256="a" * 64, size=10, media_type="application/pdf")
BEFORE_THE_RANKING = {
    Status.DRAFT,
    Status.SUBMITTED,
    Status.REGISTERED,
    Status.ELIGIBILITY_CHECK,
    Status.SUPPLEMENT_REQUESTED,
    Status.REJECTION_NOTICE,
    Status.ADMITTED,
    Status.EVALUATED,
}


def given_answers(**more):
    known = {
        "legal_name": "Rossi",
        "vat": "00743110157",
        "pec": "rossi@pec.it",
        **ANSWERS,
        "not_insolvent": True,
        **more,
    }
    return {key: Stored(value) for key, value in known.items()}


def test_every_state_is_in_the_table_and_in_words():
    assert set(rules.TRANSITIONS) == set(Status) == set(STATES)


def test_every_state_can_be_reached_and_the_ends_are_ends():
    reached, todo = set(), [Status.DRAFT]
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += rules.TRANSITIONS[here]
    assert reached == set(Status)
    assert {one for one, ways in rules.TRANSITIONS.items() if not ways} == {
        Status.WAIVED, Status.FORFEITED, Status.REVOKED, Status.WITHDRAWN,
    }  # fmt: skip


def test_withdrawal_is_open_until_the_ranking():
    assert {one for one in Status if rules.may_withdraw(one)} == BEFORE_THE_RANKING


def test_nothing_comes_back_to_draft():
    assert [one for one, ways in rules.TRANSITIONS.items() if Status.DRAFT in ways] == []


def test_a_step_that_is_not_in_the_table_is_refused(app):
    rules.check_move(Status.ADMITTED, Status.EVALUATED)
    with app.test_request_context(), pytest.raises(rules.IllegalMove):
        rules.check_move(Status.DRAFT, Status.FUNDED)


class Story(RuleBasedStateMachine):
    """Random moves; the table alone decides."""

    def __init__(self):
        super().__init__()
        self.status, self.was_handed_in = Status.DRAFT, False

    @rule(wish=st.sampled_from(Status))
    def move(self, wish):
        """Try to go somewhere."""
        try:
            rules.check_move(self.status, wish)
        except rules.IllegalMove:
            return
        self.status = wish
        self.was_handed_in |= wish is Status.SUBMITTED

    @invariant()
    def nobody_is_judged_who_did_not_apply(self):
        """What comes after the draft came through the sending."""
        assert self.was_handed_in or self.status in {Status.DRAFT, Status.WITHDRAWN}


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_nothing_is_missing_from_a_whole_application():
    assert missing(CALL, given_answers(), [FILE]) == []


def test_everything_missing_is_said_in_the_order_of_the_form():
    found = [(one.step, one.key, one.why) for one in missing(CALL, {}, [])]
    assert found == [
        ("firm", "legal_name", Why.UNANSWERED),
        ("firm", "vat", Why.UNANSWERED),
        ("firm", "pec", Why.UNANSWERED),
        ("project", "pathway", Why.UNANSWERED),
        ("project", "goals", Why.UNANSWERED),
        ("project", "has_agent", Why.UNANSWERED),
        ("project", "products", Why.FEW_ROWS),
        (DOCUMENTS, "profile", Why.NO_FILE),
        (DECLARATIONS, "not_insolvent", Why.NOT_DECLARED),
    ]


def test_an_answer_opens_questions_and_documents():
    found = [(one.key, one.why) for one in missing(CALL, given_answers(has_agent=True), [FILE])]
    assert found == [("agent", Why.UNANSWERED), ("mandate", Why.NO_FILE)]


def test_what_was_kept_as_typed_is_to_be_mended():
    answers = given_answers() | {"founded_on": Stored(None, "31/02/2026")}
    assert missing(CALL, answers, [FILE]) == [
        Missing("firm", "founded_on", Text(it="Data di costituzione", en="Data di costituzione (en)"), Why.WRONG)
    ]


def test_a_row_without_what_it_must_have_is_named():
    answers = given_answers(products=[{"name": "Valvole"}, {"hs": "848180"}])
    assert [(one.why, one.count) for one in missing(CALL, answers, [FILE])] == [(Why.CELL, 2)]


def test_a_document_to_be_signed_wants_an_intact_signature():
    signed = CALL.documents[0].model_copy(update={"signed": True})
    call = CALL.model_copy(update={"documents": [signed]})
    with_signer = Enclosed(**{**FILE.__dict__, "signers": ("Anna Rossi",)})
    assert [one.why for one in missing(call, given_answers(), [FILE])] == [Why.NOT_SIGNED]
    assert missing(call, given_answers(), [FILE, with_signer]) == []


def test_an_answer_that_an_amendment_made_impossible_is_to_be_mended():
    assert [one.why for one in missing(CALL, given_answers(pathway="mars"), [FILE])] == [Why.WRONG]


def test_a_question_that_hangs_on_one_not_put_is_not_put():
    first = field("boolean", condition={"field": "zero", "any_of": [True]})
    fields = {"zero": field("boolean").model_copy(update={"key": "zero"}), "campo": first}
    hanging = Condition(field="campo", any_of=[True])
    assert not is_asked(hanging, {"zero": Stored(False), "campo": Stored(True)}, fields)
    assert is_asked(hanging, {"zero": Stored(True), "campo": Stored(True)}, fields)
    assert not is_asked(Condition(field="nowhere", any_of=[True]), {}, fields)


def test_a_condition_tells_true_from_one_and_looks_into_lists():
    fields = {"campo": field("text")}
    assert not is_asked(Condition(field="campo", any_of=[True]), {"campo": Stored(1)}, fields)
    assert is_asked(Condition(field="campo", any_of=["b"]), {"campo": Stored(["a", "b"])}, fields)


def test_conditions_in_a_ring_end():
    fields = {"campo": field("text", condition={"field": "campo", "any_of": ["x"]})}
    assert not is_asked(Condition(field="campo", any_of=["x"]), {"campo": Stored("x")}, fields)


def test_steps_say_how_far_they_are():
    answers = given_answers()
    del answers["goals"]
    lacks = missing(CALL, answers, [])
    found = [(one.key, one.kind, one.missing, one.is_done) for one in steps(CALL, answers, [], lacks)]
    assert found == [
        ("firm", "section", 0, True),
        ("project", "section", 1, False),
        (DOCUMENTS, "documents", 1, False),
        (DECLARATIONS, "declarations", 0, True),
    ]


def test_a_call_that_asks_for_no_papers_has_no_such_steps():
    call = CALL.model_copy(update={"documents": [], "declarations": []})
    assert [one.key for one in steps(call, {}, [], [])] == ["firm", "project"]


def test_what_left_the_firms_hands_is_handed_in():
    assert {one for one in Status if not rules.is_handed_in(one)} == {Status.DRAFT, Status.WITHDRAWN}


def test_what_is_frozen_holds_what_was_asked_and_nothing_else():
    answers = given_answers(agent="Nessuno", newsletter=False, unknown="x")
    stray = Enclosed(**{**FILE.__dict__, "document": "mandate"})
    frozen = freezing.frozen(CALL, answers, [FILE, stray], version=3, company={"company": {}})
    assert frozen == {
        "call": {"code": "PROVA-0001", "version": 3},
        "asks": freezing.asks(CALL),
        "company": {"company": {}},
        "pathway": "spain",
        "answers": {"legal_name": "Rossi", "vat": "00743110157", "pec": "rossi@pec.it", **ANSWERS},
        "declarations": {"not_insolvent": True},
        "attachments": [
            {
                "document": "profile",
                "name": "profilo.pdf",
                "sha256": "a" * 64,
                "size": 10,
                "media_type": "application/pdf",
                "signers": [],
            }
        ],
    }
    assert freezing.statements(frozen) == {**frozen["answers"], "not_insolvent": True}


def test_an_incomplete_draft_does_not_freeze():
    with pytest.raises(rules.Incomplete) as refusal:
        freezing.frozen(CALL, {}, [], version=1, company={})
    assert len(refusal.value.missing) == 9


def test_the_hash_is_of_the_canonical_form():
    first = freezing.frozen(CALL, given_answers(), [FILE], version=1, company={"b": 1, "a": 2})
    again = freezing.frozen(CALL, dict(reversed(given_answers().items())), [FILE], version=1, company={"a": 2, "b": 1})
    assert freezing.digest(first) == freezing.digest(again)
    assert freezing.digest(first) != freezing.digest({**first, "pathway": "poland"})


def test_only_what_is_asked_of_the_firm_counts_for_an_amendment():
    later = CALL.model_copy(update={"title": Text(it="Altro", en="Other"), "reminder_hours": [1]})
    asked = CALL.model_copy(update={"declarations": []})
    assert freezing.asks(later) == freezing.asks(CALL) != freezing.asks(asked)


def submittable(**more):
    facts: dict[str, Any] = {
        "protocol": None,
        "frozen_sha256": "a" * 64,
        "seen_sha256": "a" * 64,
        "opens_at": NOW,
        "closes_at": NOW + timedelta(hours=1),
        "now": NOW,
    }
    status = more.pop("status", Status.DRAFT)
    freezing.check_submittable(status, **(facts | more))


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"now": NOW - timedelta(microseconds=1)}, rules.CallNotOpen),
        ({"now": NOW + timedelta(hours=1)}, rules.CallClosed),
        ({"frozen_sha256": None}, rules.NotFrozen),
        ({"seen_sha256": "b" * 64}, rules.ChangedSinceFrozen),
        ({"status": Status.WITHDRAWN}, rules.NotADraft),
        ({"status": Status.ADMITTED, "protocol": "PE-2026-0000001"}, rules.AlreadySubmitted),
        ({"status": Status.SUBMITTED, "protocol": "P", "now": NOW + timedelta(days=9)}, rules.AlreadySubmitted),
    ],
)
def test_what_cannot_be_handed_in_says_why(facts, refusal):
    with pytest.raises(refusal):
        submittable(**facts)


@given(st.integers(min_value=0, max_value=3_600_000_000 - 1))
def test_within_the_window_every_microsecond_counts(microseconds):
    submittable(now=NOW + timedelta(microseconds=microseconds))


def test_refusals_are_words(app):
    with app.test_request_context():
        closed = rules.CallClosed(
            closed_at=datetime(2026, 3, 5, 15, tzinfo=UTC), now=datetime(2026, 3, 5, 15, 0, 1, tzinfo=UTC)
        )
        assert str(closed) == (
            "Il bando è chiuso dal 05/03/2026 16:00:00. La richiesta è arrivata il 05/03/2026 16:00:01: "
            "la domanda non è stata inviata. La bozza resta consultabile."
        )
        assert "mancanti o da correggere: 9" in str(rules.Incomplete(missing=missing(CALL, {}, [])))


def test_the_profile_answers_what_it_knows():
    fields = [
        field("text", prefill="company.legal_name"),
        field("integer", prefill="company.years.0.year").model_copy(update={"key": "year"}),
        field("money", prefill="company.last_year.turnover_eur").model_copy(update={"key": "turnover"}),
        field("date", prefill="company.founded_on").model_copy(update={"key": "founded"}),
        field("boolean", prefill="company.is_sole_trader").model_copy(update={"key": "sole"}),
        field("vat", prefill="company.vat").model_copy(update={"key": "vat"}),
        field("text", prefill="nowhere.at.all").model_copy(update={"key": "lost"}),
        field(
            "choice",
            prefill="company.edition",
            options=[{"key": "ateco_2022", "label": text("2022")}, {"key": "ateco_2025", "label": text("2025")}],
        ).model_copy(update={"key": "edition"}),
        field("table", prefill="company.codes", columns=[question("code", "ateco")]).model_copy(
            update={"key": "codes"}
        ),
        field(
            "table",
            prefill="company.years",
            max_rows=2,
            columns=[question("year", "integer"), question("awu", "decimal")],
        ).model_copy(update={"key": "years"}),
    ]
    years = [{"year": year, "awu": "20.50", "other": 1} for year in (2023, 2024, 2025)]
    profile = {
        "company": {
            "legal_name": "Rossi",
            "years": years,
            "last_year": {"turnover_eur": "4000000"},
            "founded_on": "2001-02-03",
            "is_sole_trader": False,
            "vat": "sbagliata",
            "edition": "2025",
            "codes": ["28.93.00", "13.10.00"],
        }
    }
    assert prefilled(fields, profile) == {
        "campo": "Rossi",
        "year": 2023,
        "turnover": "4000000.00",
        "founded": "2001-02-03",
        "sole": False,
        "edition": "ateco_2025",
        "codes": [{"code": "28.93.00"}, {"code": "13.10.00"}],
        "years": [{"year": 2024, "awu": "20.5"}, {"year": 2025, "awu": "20.5"}],
    }


def test_the_story_tells_the_firm_its_own_and_nothing_else(app):
    with app.test_request_context():
        assert told("applications.submitted", {"protocol": "PE-1"}) == ("Domanda inviata", "Protocollo PE-1")
        assert told("applications.moved", {"to": "admitted", "why": "ok"}) == ("Ammessa alla valutazione", "ok")
        assert told("applications.attached", {"name": "x.pdf"}) == ("Documento allegato", "x.pdf")
        assert told("applications.withdrawn", {"reason": "basta"}) == ("Domanda ritirata", "basta")
        refused = told("applications.submission_refused", {"refusal": "CallClosed"})
        assert refused == ("Invio rifiutato", "Il bando era chiuso.")
        assert told("applications.frozen", {}) == ("Domanda congelata", "")
        assert told("evaluation.scored", {"points": 1}) == ("", "")


def test_content_of_a_call_has_every_field_once():
    assert len(fields_of(CALL)) == len(CallContent.model_validate(CALL.model_dump()).form.fields())
