"""`portale matching` from files: exit codes, and the field at fault."""

import json

import jsonschema
import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.matching.worlds import an_event


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(main, ["matching", *map(str, words)])


@pytest.fixture
def event(tmp_path):
    """Writes the plain event, with parts changed, and gives its path."""

    def write(**changes):
        path = tmp_path / "event.json"
        path.write_text(json.dumps(an_event().model_dump(mode="json", exclude_none=True) | changes))
        return path

    return write


def test_what_is_solved_holds(run, event, tmp_path):
    out = tmp_path / "schedule.json"

    solved, checked = run("solve", event(), "-o", out, "--seed", 3), run("check", event(), out)

    assert (solved.exit_code, checked.exit_code) == (0, 0)
    assert checked.output == (
        "holds: optimal, 3 meetings, "
        "shortfall 0, lost_weight 0, breaks 0, idle_slots 0, max_breaks 0, table_changes 1\n"
    )
    written = json.loads(out.read_text())
    assert (written["format"], written["instance"], written["stats"]["seed"]) == ("b2b-solution/1", "prova", 3)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_conflict_is_an_answer(run, event, tmp_path):
    out = tmp_path / "schedule.json"
    asked = [one.model_dump(exclude_none=True) | {"required": True} for one in an_event().meetings]

    solved = run("solve", event(meetings=asked, tables={"pool": 0}), "-o", out)

    assert solved.exit_code == 0
    assert json.loads(out.read_text())["status"] == "infeasible"
    assert run("check", event(meetings=asked, tables={"pool": 0}), out).exit_code == 0


def test_a_broken_schedule_is_told_line_by_line(run, event, tmp_path):
    out = tmp_path / "schedule.json"
    cells = [{"meeting": "M1", "slot": "S0", "table": "T1"}, {"meeting": "M2", "slot": "S0", "table": "T1"}]
    out.write_text(
        json.dumps({"format": "b2b-solution/1", "instance": "prova", "status": "feasible", "assignments": cells})
    )

    checked = run("check", event(), out)

    assert (checked.exit_code, checked.output.splitlines()) == (
        1,
        ["two_at_once: F1 has 2 meetings in S0", "table_taken: 2 meetings at T1 in S0"],
    )


PERSON = {"id": "F1", "side": "company"}
MEETING = {"id": "M1", "a": "F1", "b": "B1"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "b2b-instance/2"}, "format: Input should be 'b2b-instance/1'"),
        ({"slots": []}, "slots: Tuple should have at least 1 item"),
        ({"joy": 1}, "joy: Extra inputs are not permitted"),
        ({"participants": [PERSON | {"min_meetings": "2"}]}, "participants.0.min_meetings: "),
        ({"participants": [PERSON, PERSON]}, "participants.1.id: F1 stands twice"),
        ({"participants": [PERSON | {"unavailable": ["S9"]}], "meetings": []}, "participants.0.unavailable: "),
        ({"participants": [PERSON | {"unavailable": ["S0", "S0"]}], "meetings": []}, "participants.0.unavailable: S0"),
        ({"meetings": [MEETING | {"a": "F9"}]}, "meetings.0.a: there is no participant F9"),
        ({"meetings": [MEETING | {"b": "F1"}]}, "meetings.0.b: F1 can't meet itself"),
        ({"meetings": [MEETING | {"session": "NIGHT"}]}, "meetings.0.session: there is no session NIGHT"),
        ({"meetings": [MEETING | {"fixed_slot": "S9"}]}, "meetings.0.fixed_slot: there is no slot S9"),
        ({"meetings": [MEETING | {"weight": 1_000_001}]}, "meetings.0.weight: "),
        ({"tables": {"pool": -1}}, "tables.pool: "),
        ({"tables": {"pool": 1, "pool_by_slot": {"S9": 1}}}, "tables.pool_by_slot: there is no slot S9"),
        ({"tables": {"pool": 1, "fixed": [{"id": "T1", "participant": "F1"}]}}, "tables.fixed.0.id: T1 is the name"),
        ({"tables": {"pool": 1, "fixed": [{"id": "U", "participant": "F9"}]}}, "tables.fixed.0.participant: "),
        ({"precedences": [{"before": "M1", "after": "M9"}]}, "precedences.0.after: there is no meeting M9"),
        ({"precedences": [{"before": "M1", "after": "M1"}]}, "precedences.0.after: M1 can't come after itself"),
        ({"interpreters": [{"language": "x", "count": 1}] * 2}, "interpreters.1.language: x stands twice"),
        ({"objective": {"mode": "lexicographic", "terms": ["joy"]}}, "objective.lexicographic.terms.0: "),
        ({"objective": {"mode": "lexicographic", "terms": ["breaks"] * 2}}, "objective.lexicographic.terms: a term"),
        ({"objective": {"mode": "weighted", "weights": {}}}, "objective.weighted.weights: "),
        ({"objective": {"mode": "best"}}, "objective: "),
    ],
)
def test_a_fault_names_its_field(run, event, tmp_path, changes, words):
    path = event(**changes)

    for told in (run("solve", path, "-o", tmp_path / "out.json"), run("check", path, path)):
        assert told.exit_code == 2
        assert told.output.startswith(f"{path}: {words}"), told.output
        assert len(told.output.splitlines()) == 1


def test_what_is_no_json_is_refused(run, event, tmp_path):
    path = tmp_path / "event.json"
    path.write_bytes(b"\xff\x00 not json")

    assert run("solve", path, "-o", tmp_path / "out.json").exit_code == 2
    assert run("solve", event(), "-o", tmp_path / "nowhere" / "out.json").exit_code == 2


def test_the_schemas_say_the_same_as_the_models(run, event, tmp_path):
    out = tmp_path / "schedule.json"
    run("solve", event(), "-o", out)

    for kind, path in (("instance", event()), ("solution", out)):
        schema = json.loads(run("schema", kind).output)
        jsonschema.validate(json.loads(path.read_text()), schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(path.read_text()) | {"joy": 1}, schema)
