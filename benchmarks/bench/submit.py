"""S1 and S8: a whole submission at 0.6 of the bare flow or better; 10 SQL statements for form, save and submit.

The shipped call with one section more, of twenty texts of 4 kB; all else is filled in before. Each unit is five
requests: the form, its saving, the freezing, the page that sends, the sending. The bare flow makes the same five: the
same twenty fields by Flask-WTF in a page of the same frame, checked, protected against forgery, the same rows written;
nobody signs in, nothing is looked up. Both under the same flags, on the same server.
"""

import os
import re
from typing import Any
from urllib.parse import urlencode

from benchmarks.bench.pages import answers, bare
from benchmarks.rig import load, record
from benchmarks.rig.applicants import Applicant, applicants, inside
from benchmarks.rig.installation import Installation, free_port
from benchmarks.rig.statements import COUNTED, count
from portal import db
from portal.calls import service as calls
from portal.calls.rules import yaml_io
from portal.calls.rules.clock import moved, weeks_to_open
from portal.calls.rules.content import CallContent
from portal.kernel.clock import db_now

GOAL, MOST_STATEMENTS = 0.6, 10
CLIENTS, ROUNDS = 8, 3
UNITS = record.wish("SUBMIT_UNITS", 60)
FIELDS, SIZE = 20, 4000
CODE, SECTION = "PROVA-DI-CARICO", "prova"
INPUT = re.compile(rb'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
SENTENCE = "Vogliamo aprire un canale stabile con due importatori e arrivare al dieci per cento. "
WORDS = (SENTENCE * 60)[:SIZE]


def call() -> CallContent:
    """The shipped call with one more section, of twenty long texts."""
    shipped = yaml_io.shipped("export-su-misura-2025")
    field = next(one for one in shipped.form.fields() if one.type == "longtext")
    plain = {"condition": None, "prefill": None, "max_length": SIZE, "required": True}
    fields = [field.model_copy(update={"key": f"text_{number}", **plain}) for number in range(FIELDS)]
    section = shipped.form.sections[0].model_copy(update={"key": SECTION, "fields": fields})
    return shipped.model_copy(
        update={
            "code": CODE,
            "slug": CODE.lower(),
            "form": shipped.form.model_copy(update={"sections": [*shipped.form.sections, section]}),
        }
    )


def publish(rig: Installation) -> None:
    """Bring the call in and open it."""
    with inside(rig), db.transaction() as session:
        now = db_now(session)
        content = moved(call(), weeks=weeks_to_open(call(), now=now))
        made, _ = calls.import_(session, content, reason="", by="bench", now=now)
        calls.publish(session, made.id, by="bench", now=now)
        calls.tick(session, now=now)


class Person:
    """One applicant on one connection, with the cookie as it changes."""

    def __init__(self, wire: load.Wire, cookie: str) -> None:
        self.wire, self.cookie = wire, cookie

    def get(self, path: str) -> bytes:
        """A page that must be there."""
        return self._ask(load.request("GET", path, cookie=self.cookie), 200, path)

    def post(self, path: str, fields: dict[str, str]) -> None:
        """A form that must be taken."""
        body = urlencode(fields).encode()
        self._ask(load.request("POST", path, cookie=self.cookie, body=body), 303, path)

    def _ask(self, request: bytes, wanted: int, path: str) -> bytes:
        status, head, body = self.wire.ask(request)
        assert status == wanted, f"{path}: {status} {re.findall(rb'error[^<]*<[^>]*>[^<]*', body)[:3]!r}"
        if found := re.search(rb"Set-Cookie: session=([^;]+)", head):
            self.cookie = found.group(1).decode()
        return body


def hidden(page: bytes) -> dict[str, str]:
    """The hidden values of a page's form."""
    return {name.decode(): value.decode() for name, value in INPUT.findall(page)}


def ours(wire: load.Wire, applicant: Applicant) -> None:
    """The five requests to the portal."""
    person, address = Person(wire, applicant.cookie), f"/area/domande/{applicant.application_id}"
    form = hidden(person.get(f"{address}/sezioni/{SECTION}"))
    typed = {f"f_text_{number}": f"{number} {WORDS}"[:SIZE] for number in range(FIELDS)}
    person.post(f"{address}/sezioni/{SECTION}", form | typed)
    person.post(f"{address}/congela", {"csrf_token": form["csrf_token"]})
    last = hidden(person.get(f"{address}/invio"))
    person.post(f"{address}/invio", {"csrf_token": last["csrf_token"], "sha256": last["sha256"]})


def other(wire: load.Wire, number: str) -> None:
    """The five requests to the bare application."""
    person = Person(wire, "")
    form = hidden(person.get(f"/{number}/form"))
    typed = {f"f_text_{field}": f"{field} {WORDS}"[:SIZE] for field in range(FIELDS)}
    person.post(f"/{number}/form", form | typed)
    person.post(f"/{number}/freeze", {"csrf_token": form["csrf_token"]})
    last = hidden(person.get(f"/{number}/send"))
    person.post(f"/{number}/send", {"csrf_token": last["csrf_token"], "sha256": last["sha256"]})


def statements(rig: Installation, firm: Applicant) -> dict[str, int]:
    """SQL statements of each request, counted by the server."""
    person, address = Person(load.Wire(rig.port), firm.cookie), f"/area/domande/{firm.application_id}"
    counted: dict[str, int] = {}
    answers_: dict[str, Any] = {}

    def noted(name: str, request: Any) -> Any:  # noqa: ANN401
        counted[name] = count(rig, lambda: answers_.update({name: request()}))
        return answers_[name]

    section = f"{address}/sezioni/{SECTION}"
    form = hidden(noted("form", lambda: person.get(section)))
    typed = {f"f_text_{number}": f"{number} {WORDS}"[:SIZE] for number in range(FIELDS)}
    noted("save", lambda: person.post(section, form | typed))
    noted("freeze", lambda: person.post(f"{address}/congela", {"csrf_token": form["csrf_token"]}))
    last = hidden(noted("send_page", lambda: person.get(f"{address}/invio")))
    sent = {"csrf_token": last["csrf_token"], "sha256": last["sha256"]}
    noted("submit", lambda: person.post(f"{address}/invio", sent))
    return counted


def measure() -> dict[str, Any]:
    """Count, keep the pages for the other side, then three pairs."""
    with Installation("web", database=COUNTED) as rig:
        rig.rows("CREATE EXTENSION pg_stat_statements")
        publish(rig)
        firms = applicants(rig, CODE, ROUNDS * UNITS + 4 + CLIENTS)
        rig.start()
        load.burst(ours, rig.port, firms[:CLIENTS], CLIENTS)
        firms = firms[CLIENTS:]
        counted = statements(rig, firms[0])
        folder, port = rig.home / "pages", free_port()
        folder.mkdir()
        person, address = Person(load.Wire(rig.port), firms[1].cookie), f"/area/domande/{firms[1].application_id}"
        form = person.get(f"{address}/sezioni/{SECTION}")
        (folder / "form.html").write_bytes(form)
        typed = {f"f_text_{number}": WORDS for number in range(FIELDS)}
        person.post(f"{address}/sezioni/{SECTION}", hidden(form) | typed)
        person.post(f"{address}/congela", {"csrf_token": hidden(form)["csrf_token"]})
        (folder / "send.html").write_bytes(person.get(f"{address}/invio"))
        rig.boss.start(bare(rig, "flow", port, folder))
        assert rig.watch(until=lambda: answers(port, "/x/form"), patience=30)
        load.burst(other, port, [f"warm{number}" for number in range(16)], CLIENTS)
        result = _pairs(rig, firms[4:], port)
        memory = load.memory_mb(rig.pid("web"))
    together = counted["form"] + counted["save"] + counted["submit"]
    return {
        "goal": f"whole submissions at {GOAL} of the bare flow; {MOST_STATEMENTS} statements for form, save, submit",
        "holds": result["ratio"]["min"] >= GOAL and together <= MOST_STATEMENTS,
        "clients": CLIENTS,
        "units": UNITS,
        "statements": counted,
        "statements_form_save_submit": together,
        **result,
        "memory_pss_mb": memory,
    }


def _pairs(rig: Installation, firms: list[Applicant], port: int) -> dict[str, Any]:
    cpu: dict[str, list[float]] = {"portal": [], "bare": []}
    outcomes: dict[str, list[load.Outcome]] = {"portal": [], "bare": []}

    def rate(name: str, pid: int, outcome: Any) -> float:  # noqa: ANN401
        before = load.cpu_seconds(pid)
        found: load.Outcome = outcome()
        assert not found.faults, found.faults
        cpu[name].append((load.cpu_seconds(pid) - before) / found.done * 1000)
        outcomes[name].append(found)
        return found.rate

    measured = []
    for number in range(ROUNDS):
        mine = firms[number * UNITS : (number + 1) * UNITS]
        theirs = [f"n{number}x{unit}" for unit in range(UNITS * 3)]
        measured.append(
            (
                rate("portal", rig.pid("web"), lambda mine=mine: load.burst(ours, rig.port, mine, CLIENTS)),
                rate("bare", rig.pid("bare"), lambda theirs=theirs: load.burst(other, port, theirs, CLIENTS)),
            )
        )
    return {
        "ratio": record.spread([one / two for one, two in measured]),
        "submissions_per_s": {
            "portal": record.spread([one for one, _ in measured], 1),
            "bare": record.spread([two for _, two in measured], 1),
        },
        "cpu_ms": {name: record.spread(values, 1) for name, values in cpu.items()},
        "p99_ms": {name: max(one.quantile(0.99) for one in found) for name, found in outcomes.items()},
    }


if __name__ == "__main__":
    os.environ["WEB_WORKERS"] = "2"
    record.main("bench", "submit", measure)
