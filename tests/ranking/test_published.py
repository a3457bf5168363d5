"""The published file: what it says, what it never says, and that every falsification is found."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings, strategies as st

from portal.kernel.text import canonical_json, sha256_hex
from portal.ranking.cli import ranking
from portal.ranking.rules import CallNamed, Outcome, Unreadable, Version, Winner, draw_up, publish, read, render, verify
from tests.ranking.worlds import later_worlds

CONTRACT = Path(__file__).resolve().parents[2] / "docs" / "contracts" / "ranking.md"
FIRST_FORMAT = Path(__file__).with_name("first_format.json")
CALL = CallNamed(code="ESEMPIO-2025", version=1, title="Bando di esempio", act="DGR XII/5217")
DRAWN_UP = Version(version=1, drawn_up_at=datetime(2025, 12, 20, 9, tzinfo=UTC), inputs_sha256="0" * 64)


def example():
    (block,) = re.findall(r"```json\n(.+?)```", CONTRACT.read_text(), re.DOTALL)
    return block.encode()


def published(world):
    rule, entries = world
    firms = {e.registry_number: Winner(legal_name=f"Ditta {e.arrival}", vat="00743110157") for e in entries}
    return render(publish(draw_up(rule, entries), call=CALL, version=DRAWN_UP, firms=firms, not_admitted=["2025/900"]))


def rehashed(document):
    content = {key: value for key, value in document.items() if key != "sha256"}
    return canonical_json({**content, "sha256": sha256_hex(canonical_json(content))})


def test_the_worked_example_of_the_contract_holds_as_written():
    assert verify(example()) is None
    assert [(line.arrival, line.outcome, line.held_by, line.short_of) for line in read(example())[0].entries] == [
        (3, "funded", None, ()),
        (1, "funded", None, ()),
        (2, "reserve", "pathway", ()),
        (4, "funded", None, ()),
        (9, "reserve", "budget", ()),
        (5, "below_threshold", None, ("prefeasibility",)),
        (6, "below_threshold", None, ("total",)),
    ]


def test_a_file_of_the_first_format_is_still_read():
    content = FIRST_FORMAT.read_bytes()

    assert verify(content) is None
    assert "the file says place 2, the rule gives 1" in str(verify(rehashed(without_the_first(json.loads(content)))))


def without_the_first(document):
    return {**document, "entries": document["entries"][1:]}


@pytest.mark.parametrize(
    ("where", "field", "value"),
    [
        (lambda d: d, "left", []),
        (lambda d: d, "signature", {}),
        (lambda d: d["ranking"], "cause", "first"),
        (lambda d: d["rule"], "reserves", []),
        (lambda d: d["entries"][3], "granted", None),
    ],
)
def test_a_field_belongs_to_its_format(where, field, value):
    first, second = json.loads(FIRST_FORMAT.read_bytes()), json.loads(example())
    where(first)[field] = value
    where(second).pop(field, None)

    with pytest.raises(Unreadable, match=f"field {field} is not of this format"):
        verify(rehashed(first))
    if field != "signature":
        with pytest.raises(Unreadable, match=f"field {field} is missing"):
            verify(rehashed(second))


def test_a_signature_is_no_part_of_the_hash_and_commitments_are():
    document = json.loads(example())
    signed = canonical_json({**document, "signature": {"algorithm": "ed25519"}})
    document["entries"][0]["commitments"] = {"scores": "0" * 64}

    assert verify(signed) is None
    assert str(verify(canonical_json(document))).startswith("sha256: the file says ")
    assert verify(rehashed(document)) is None


@given(later_worlds())
def test_what_is_published_holds_and_is_the_same_bytes_again(world):
    content = published(world)

    assert verify(content) is None
    assert published(world) == content
    assert verify(json.dumps(json.loads(content), indent=2).encode()) is None


@given(later_worlds())
def test_a_firm_is_named_only_when_funded_or_in_reserve(world):
    for line in read(published(world))[0].entries:
        assert (line.firm is None) == (line.outcome is Outcome.BELOW_THRESHOLD)


FALSIFICATIONS = [
    ("total", lambda e: e.update(total="99.99"), "the file says total 99.99"),
    ("score", lambda e: e["scores"].update(plan="40.00"), "the file says base"),
    ("outcome", lambda e: e.update(outcome="reserve"), "the file says outcome reserve, the rule gives funded"),
    ("place", lambda e: e.update(place=9), "the file says place 9"),
    ("amount", lambda e: e.update(amount_eur="11500.01"), "the file says amount_eur 11500.01"),
    ("held_by", lambda e: e.update(held_by="places"), "the file says held_by places, the rule gives none"),
    ("firm", lambda e: e.update(firm=None), "a firm is named exactly when it is funded or in reserve"),
    ("vat", lambda e: e["firm"].update(vat="00743110158"), "00743110158 is not a VAT number"),
]


@pytest.mark.parametrize(("_what", "falsify", "words"), FALSIFICATIONS, ids=[f[0] for f in FALSIFICATIONS])
def test_a_falsified_line_is_found_even_with_a_new_hash(_what, falsify, words):
    document = json.loads(example())
    falsify(document["entries"][0])

    assert words in str(verify(rehashed(document)))


@pytest.mark.parametrize(
    ("falsify", "words"),
    [
        (
            lambda d: d["entries"].reverse(),
            "line 1: the file has EXPORT-2025-000006, the rule puts EXPORT-2025-000003 there",
        ),
        (lambda d: d["entries"].pop(0), "EXPORT-2025-000001: the file says place 2, the rule gives 1"),
        (lambda d: d["rule"].update(budget_eur="46000.00"), "the file says outcome reserve, the rule gives funded"),
        (lambda d: d.update(short_pathways=["morocco"]), "short_pathways: the file says morocco, the rule gives none"),
        (lambda d: d.update(short_reserves=["micro"]), "short_reserves: the file says micro, the rule gives none"),
        (lambda d: d["not_admitted"].append("EXPORT-2025-000001"), "both ranked and not admitted"),
        (lambda d: d["not_admitted"].append("EXPORT-2025-000008"), "both in a list and gone"),
        (lambda d: d["requests"].append({"arrival": 9, "asked_eur": None}), "requests: 9 is the arrival of an entry"),
        (
            lambda d: d["entries"][1]["granted"].update(eur="11000.00"),
            "the file says amount_eur 11500.00, the rule gives",
        ),
    ],
)
def test_a_falsified_list_is_found_even_with_a_new_hash(falsify, words):
    document = json.loads(example())
    falsify(document)

    assert words in str(verify(rehashed(document)))


def test_a_changed_name_is_found_by_the_hash():
    document = json.loads(example())
    document["entries"][0]["firm"]["legal_name"] = "Altra S.r.l."

    assert str(verify(json.dumps(document).encode())).startswith("sha256: the file says ")
    assert verify(rehashed(document)) is None


@settings(max_examples=60)
@given(later_worlds(), st.data())
def test_any_two_lines_swapped_are_found(world, data):
    document = json.loads(published(world))
    lines = document["entries"]
    assume(len(lines) > 1)
    first, second = data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=2, max_size=2, unique=True))
    lines[first], lines[second] = lines[second], lines[first]

    assert verify(rehashed(document)) is not None


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda d: d.pop("rule"), "field rule: Field required"),
        (lambda d: d.update(extra=1), "field extra: Extra inputs are not permitted"),
        (lambda d: d["entries"][2].update(total=73.33), "field entries.2.total: "),
        (lambda d: d["entries"][2].update(tax_code="RSSMRA80A01F205X"), "field entries.2.tax_code: "),
        (
            lambda d: d["entries"][1]["scores"].pop("plan"),
            "field entries, EXPORT-2025-000001: scores must cover exactly",
        ),
        (lambda d: d["entries"][1].update(arrival=3), "field entries, 3: two entries have the same arrival"),
        (lambda d: d.update(format="portale-export/ranking/3"), "field format: "),
        (lambda d: d["rule"].update(threshold="1e999999999"), "field rule.threshold: "),
        (lambda d: d["rule"].update(places=0), "it keeps a grant that no longer fits the places"),
        (lambda d: d["rule"]["reserves"][0].update(eur="1.00"), "field rule.reserves.0: "),
    ],
)
def test_what_is_not_a_ranking_names_the_field(break_it, words):
    document = json.loads(example())
    break_it(document)

    with pytest.raises(Unreadable, match=re.escape(words)):
        verify(rehashed(document))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be one JSON object"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"call": 1, "call": 2}', "field call: given twice"),
        (b'{"a": "\\ud800"}', "field"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_what_is_not_json_is_said_so(content, words):
    with pytest.raises(Unreadable, match=words):
        verify(content)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(content):
    with pytest.raises(Unreadable):
        verify(content)


@pytest.fixture
def run(tmp_path):
    def run(content):
        path = tmp_path / "ranking.json"
        if content is not None:
            path.write_bytes(content)
        return CliRunner().invoke(ranking, ["verify", str(path)])

    return run


def test_the_command_says_that_it_holds(run):
    answer = run(example())

    assert (answer.exit_code, answer.stdout.split(", sha256")[0]) == (
        0,
        "holds: ESEMPIO-2025 version 1, ranking 2, 7 ranked, 1 not admitted",
    )


def test_the_command_says_what_does_not_hold(run):
    answer = run(example().replace(b'"place": 4', b'"place": 5'))

    assert (answer.exit_code, answer.stdout) == (
        1,
        "does not hold: EXPORT-2025-000004: the file says place 5, the rule gives 4\n",
    )


def test_the_command_writes_nothing_that_moves_a_terminal(run):
    document = json.loads(example())
    document["call"]["code"] = "A\x1b[2J\u202e\x07\nholds"
    holds = run(rehashed(document))
    document["entries"][0]["registry_number"] = "X\x1b]0;t\x07"
    broken = run(rehashed(document))

    assert holds.exit_code == 0
    assert holds.stdout.startswith("holds: A\\x1b[2J\\u202e\\x07\\nholds version 1")
    for answer in (holds, broken):
        assert all(line.isprintable() for line in (answer.stdout + answer.stderr).splitlines())


def test_the_command_says_what_it_does_not_understand(run):
    broken, absent = run(b"{}"), run(None)

    assert (broken.exit_code, broken.stderr.split(": ", 1)[1]) == (2, "field format: Field required\n")
    assert absent.exit_code == 2


def test_the_command_reads_standard_input():
    assert CliRunner().invoke(ranking, ["verify", "-"], input=example()).exit_code == 0
