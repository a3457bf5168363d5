"""A call as YAML: round trip, and complaints that name line and field."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from portal.calls.rules.content import CallContent
from portal.calls.rules.parameters import AtecoExcludedParameters
from portal.calls.rules.yaml_io import SHIPPED, Malformed, dump, load, shipped
from portal.kernel.text import Text
from tests.factories.calls import MISURA, PROGRAMME_2021, UZBEKISTAN

FILES = sorted(SHIPPED.glob("*.yaml"))


def faults(text: str | bytes) -> list[str]:
    """What `load` complains of, in English."""
    with pytest.raises(Malformed) as caught:
        load(text)
    return [fault.say() for fault in caught.value.faults]


@pytest.fixture(scope="module")
def text() -> str:
    return (SHIPPED / "export-su-misura-2025.yaml").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_file_is_exactly_what_export_would_write(path):
    assert dump(load(path)) == path.read_text()


def test_the_shipped_calls_are_found_by_their_codes():
    assert [shipped(code).code for code in (MISURA, UZBEKISTAN, PROGRAMME_2021)] == [MISURA, UZBEKISTAN, PROGRAMME_2021]
    assert sorted(path.stem.upper() for path in FILES) == sorted([MISURA, UZBEKISTAN, PROGRAMME_2021])


@pytest.mark.parametrize("code", ["NOPE", "../../../pyproject", ""])
def test_an_unknown_code_is_a_key_error(code):
    with pytest.raises(KeyError):
        shipped(code)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"], include_characters="\n"), min_size=1
).filter(lambda text: text.strip())
TEXTS = st.builds(Text, it=WORDS, en=WORDS)


@given(title=TEXTS, summary=TEXTS, points=st.decimals(0, 40, places=2), places=st.integers(1, 10_000), on=st.dates())
@settings(max_examples=25, deadline=None)
def test_whatever_is_written_is_read_back(title, summary, points, places, on):
    content = shipped(PROGRAMME_2021)
    criterion = content.criteria[0].model_copy(update={"min": points})
    milestone = content.milestones[0].model_copy(update={"on": on, "until": None})
    changed = content.model_copy(
        update={
            "title": title,
            "summary": summary,
            "criteria": [criterion, *content.criteria[1:]],
            "budget": content.budget.model_copy(update={"places": places}),
            "milestones": [milestone],
            "texts": [],
            "rules": [],
            "documents": [],
            "declarations": [],
            "form": content.form.model_copy(update={"sections": content.form.sections[1:2]}),
            "privacy": title,
        }
    )

    written = dump(changed)

    assert load(written) == changed
    assert dump(load(written)) == written


def test_what_is_stored_as_json_is_the_same_call():
    for path in FILES:
        content = load(path)
        assert CallContent.model_validate(content.model_dump(mode="json")) == content


def test_values_keep_their_types():
    content = shipped(MISURA)
    assert content.criteria[2].step == Decimal("0.25")
    assert content.programme.final_report_on == date(2025, 12, 31)
    excluded = content.rules[3].parameters
    assert isinstance(excluded, AtecoExcludedParameters)
    assert excluded.lists[0].codes[0] == "01"


def test_an_unknown_key_is_named_with_its_line(text):
    line = text[: text.index("thresholds:")].count("\n") + 2
    assert faults(text.replace("thresholds:\n", "thresholds:\n  totale: 50\n")) == [
        f"line {line}: thresholds.totale: there is no such field: check its spelling"
    ]


def test_a_wrong_type_is_named_with_its_line(text):
    line = text[: text.index("  evaluation: 45")].count("\n") + 1
    assert faults(text.replace("  evaluation: 45", "  evaluation: fifty")) == [
        f"line {line}: days.evaluation: must be a whole number"
    ]


def test_a_missing_field_points_to_where_it_should_be(text):
    line = text[: text.index("budget:\n")].count("\n") + 1
    assert faults(text.replace("  places: 90\n", "")) == [f"line {line}: budget.places: this required field is missing"]


def test_all_that_is_wrong_is_told_at_once(text):
    broken = text.replace("  evaluation: 45", "  evaluation: fifty").replace("  places: 90", "  places: 0")
    assert [said.split(": ")[1] for said in faults(broken)] == ["budget.places", "days.evaluation"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{kind: one_application}", "{kind: one_wish}", "unknown kind of rule"),
        ("opens_at: 2025-11-03T11:00:00+01:00", "opens_at: 2025-11-03T11:00:00", "the time zone is missing"),
        ("opens_at: 2025-11-03T11:00:00+01:00", "opens_at: 3 November", "must be a date with hour and zone"),
        ("opens_at: 2025-11-03T11:00:00+01:00", "opens_at: 2025-12-03T11:00:00+01:00", "closes_at must come after"),
        ("interim_report_on: 2025-11-30", "interim_report_on: 2025-11-31", "must be a date, such as"),
        ("code: EXPORT-SU-MISURA-2025", "code: 2025", "must be text: if it is a number, put it in quotes"),
        ("procedure: ranking", "procedure: lottery", "is not one of 'ranking' or 'first_come_first_served'"),
        ("codes: [46.39.20]", "codes: [99.99.99]", "is not a code of ATECO 2007"),
        ("stamp_duty: virtual", "stamp_duty: ", "is not one of"),
        ("mode: automatic", "mode: reviewed", "an automatic criterion has parts, a reviewed one has none"),
        ("slug: export-su-misura-2025", "slug: Export su misura", "does not have the form expected"),
        ("title: {it: Export su misura, en: Tailored export}", "title: Export su misura", "must be a group of"),
        ("type: text", "type: choice", "choice and choices have options, other types have none"),
        ("type: text", "type: table", "a table has columns, other types have none"),
        ("ateco: ['16', ", "ateco: ['04', ", "04 is not a code of ATECO 2025"),
        ("  places: 90", "  places: .nan", "unreadable value: .nan"),
        ("  amount_eur: 1035000", "  amount_eur: .inf", "unreadable value: .inf"),
        ("  amount_eur: 1035000", "  amount_eur: 10.001", "has more than 2 decimals"),
    ],
)
def test_bad_values_are_told_in_words(text, old, new, said):
    assert text.count(old) >= 1
    (first, *_rest) = faults(text.replace(old, new, 1))
    assert first.startswith("line ")
    assert said in first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\nb: 2", "line 2: not well-formed YAML (expected ',' or ']', but got '<stream end>')"),
        ("a: 1\nb: 2\na: 3", "line 3: a: this key stands twice"),
        ("a: &x 1\nb: *x", "line 1: anchors (&) and aliases (*) are not used: repeat the value"),
        ("- 1", "line 1: a call is made of `key: value` pairs"),
        ("", "line 1: a call is made of `key: value` pairs"),
        ("? [a]\n: 1", "line 1: a key must be a word"),
        ("a: !!python/object:os.system 1", "line 1: a: unreadable value: 1"),
        ("a:\n  b: !!binary zzz", "line 2: a.b: unreadable value: zzz"),
        (b"a: \xff", "line 1: the text is not UTF-8"),
        ("a: " + "[" * 200, "line 1: nested too deeply"),
        ("a" * 1_000_001, "the file is over 1 MB: it is not a call"),
        ("a: 1\n---\nb: 2", "line 2: not well-formed YAML (but found another document)"),
        ("a: \x00", "not well-formed YAML"),
    ],
    ids=range(13),
)
def test_what_is_no_call_is_refused_in_words(text, said):
    assert faults(text)[0].startswith(said)


def test_complaints_speak_italian_too(text):
    with pytest.raises(Malformed) as caught:
        load(text.replace("  evaluation: 45", "  evaluation: fifty"))
    assert caught.value.faults[0].say("it").endswith("days.evaluation: dev'essere un numero intero")


def test_a_file_from_another_system_is_read(text):
    assert load(("\ufeff" + text.replace("\n", "\r\n")).encode()) == load(text)
