"""Conflicts, sheets, seals and sharing, by example and by property."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from portal.calls.rules.content import Criterion
from portal.evaluation.rules import (
    Applicant,
    ConflictState,
    Desk,
    Detected,
    InConflict,
    Kind,
    Mark,
    NotDeclared,
    Person,
    SheetIncomplete,
    SheetSubmitted,
    Stage,
    Withdrawn,
    check_content_open,
    check_draft,
    check_sheet,
    detect,
    faults,
    is_public_domain,
    is_unsealed,
    may_see,
)

SOURCE = {"tag": "ASSUMPTION", "cite": "prova"}
WHY = "Analisi di mercato accurata e coerente."


def criterion(key, most, step="0.5"):
    return Criterion.model_validate(
        {
            "key": key,
            "title": {"it": key, "en": key},
            "help": {"it": key, "en": key},
            "mode": "reviewed",
            "max": most,
            "step": step,
            "source": SOURCE,
        }
    )


CRITERIA = [criterion("market", "40"), criterion("plan", "15", step="1")]


def test_a_whole_sheet_has_no_faults():
    check_sheet(CRITERIA, {"market": Mark(Decimal("39.5"), WHY), "plan": Mark(Decimal(0), WHY)})


@pytest.mark.parametrize(
    ("mark", "part", "words"),
    [
        (Mark(None, WHY), "points", "Dai un punteggio."),
        (Mark(Decimal(16), WHY), "points", "Il punteggio va da 0 a 15."),
        (Mark(Decimal(-1), WHY), "points", "Il punteggio va da 0 a 15."),
        (Mark(Decimal("7.5"), WHY), "points", "Il punteggio procede a passi di 1."),
        (
            Mark(Decimal(7), f"ottimo{30 * chr(32)}"),
            "reason",
            "Motiva il punteggio con almeno 20 caratteri.",
        ),
        (Mark(Decimal(7), "x" * 4001), "reason", "La motivazione supera 4000 caratteri."),
    ],
)
def test_a_faulty_mark_is_named(app, mark, part, words):
    with app.test_request_context():
        found = faults(CRITERIA, {"market": Mark(Decimal(40), WHY), "plan": mark})

        assert [(f.criterion, f.part, str(f.words)) for f in found] == [("plan", part, words)]


def test_every_fault_is_told_at_once():
    with pytest.raises(SheetIncomplete) as refusal:
        check_sheet(CRITERIA, {"size": Mark(Decimal(20), WHY)})

    assert [(f.criterion, f.part) for f in refusal.value.faults] == [
        ("market", "points"),
        ("market", "reason"),
        ("plan", "points"),
        ("plan", "reason"),
    ]


FIRM = uuid4()


@pytest.mark.parametrize(
    ("person", "found"),
    [
        (Person(email="anna@gmail.com"), ()),
        (Person(email="anna@altra.it"), ()),
        (Person(email="anna@gmail.com", companies=frozenset({FIRM})), (Detected(Kind.COMPANY, str(FIRM)),)),
        (Person(email="a@x.it", tax_codes=frozenset({"00743110157"})), (Detected(Kind.COMPANY, "00743110157"),)),
        (Person(email="a@x.it", tax_codes=frozenset({"00488410010"})), (Detected(Kind.GROUP, "00488410010"),)),
        (Person(email="Anna@ACME.it"), (Detected(Kind.DOMAIN, "acme.it"),)),
        (Person(email="anna@mail.acme.it"), (Detected(Kind.DOMAIN, "acme.it"),)),
        (Person(email="anna@notacme.it"), ()),
        (Person(email="anna@pec.libero.it"), ()),
    ],
)
def test_ties_are_found(person, found):
    applicant = Applicant(
        company=FIRM,
        emails=frozenset({"mario@acme.it", "acme@legalmail.it", "luca@gmail.com", "acme@pec.libero.it"}),
        tax_codes=frozenset({"00743110157"}),
        group=frozenset({"00488410010"}),
    )

    assert detect(person, applicant) == found


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_any_tie_is_a_conflict_and_no_tie_is_none(mine, theirs, group):
    person = Person(email="r@gmail.com", tax_codes=frozenset(mine))
    applicant = Applicant(company=FIRM, tax_codes=frozenset(theirs), group=frozenset(group))

    assert bool(detect(person, applicant)) == bool(mine & (theirs | group))


def test_public_mail_ties_nobody():
    assert is_public_domain("legalmail.it")
    assert is_public_domain("cert.legalmail.it")
    assert not is_public_domain("acme.it")


def desk(conflict=ConflictState.NONE, **state):
    return Desk(reviewer=uuid4(), conflict=conflict, **state)


@pytest.mark.parametrize(
    ("given_desk", "stage", "opening", "drafting"),
    [
        (desk(ConflictState.UNANSWERED), Stage.TO_DECLARE, NotDeclared, NotDeclared),
        (desk(ConflictState.UNANSWERED, is_submitted=True), Stage.TO_DECLARE, NotDeclared, NotDeclared),
        (desk(ConflictState.DECLARED, has_sheet=True), Stage.IN_CONFLICT, InConflict, InConflict),
        (desk(ConflictState.DETECTED), Stage.IN_CONFLICT, InConflict, InConflict),
        (desk(is_withdrawn=True, has_sheet=True), Stage.WITHDRAWN, Withdrawn, Withdrawn),
        (desk(), Stage.TO_SCORE, None, None),
        (desk(has_sheet=True), Stage.DRAFT, None, None),
        (desk(has_sheet=True, is_submitted=True), Stage.SUBMITTED, None, SheetSubmitted),
    ],
)
def test_nothing_opens_before_the_declaration(given_desk, stage, opening, drafting):
    assert given_desk.stage is stage
    assert refusal_of(check_content_open, given_desk) is opening
    assert refusal_of(check_draft, given_desk) is drafting


def refusal_of(check, given_desk):
    try:
        check(given_desk)
    except Exception as refusal:  # noqa: BLE001 - whatever it is
        return type(refusal)
    return None


@st.composite
def panels(draw):
    return [
        Desk(
            reviewer=UUID(int=number),
            conflict=draw(st.sampled_from(ConflictState)),
            has_sheet=True,
            is_submitted=draw(st.booleans()),
            is_withdrawn=draw(st.sampled_from([False, False, True])),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]


@given(panels(), st.integers(0, 6), st.data())
def test_sheets_stay_sealed(panel, number, data):
    viewer = UUID(int=number) if number else None
    sheet = data.draw(st.sampled_from(panel))
    mine = next((d for d in panel if d.reviewer == viewer), None)

    seen = may_see(sheet, viewer, panel)

    owed = [d for d in panel if d.counts and d.stage is not Stage.SUBMITTED]
    if seen and sheet.reviewer != viewer:
        assert owed == []
    if mine is not None and mine.counts and mine.stage is not Stage.SUBMITTED:
        assert seen == (sheet is mine)
    if viewer is not None and (mine is None or not mine.counts):
        assert not seen


def test_an_application_without_a_counting_sheet_is_never_unsealed():
    assert not is_unsealed([])
    assert not is_unsealed([desk(ConflictState.DECLARED)])
    assert is_unsealed([desk(ConflictState.DECLARED), desk(is_submitted=True)])
