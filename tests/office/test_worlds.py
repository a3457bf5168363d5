"""Two worlds that differ only in what is hidden give the same bytes at every address, to whoever may not see it."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text, update

from portal.companies.models import Company
from portal.evaluation import queries as evaluation, rules, service
from portal.evaluation.models import ScoreSheet
from tests.accounts_help import post, sign_in
from tests.factories.accounts import staff
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted, marks, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRET = "Zafferano Segreto"
ASKED = ("", "mostra=scoperte", "mostra=discordi", f"cerca={SECRET}", "cerca=Officine", "ordina=-impresa")
STAFF_ONLY = ("/ufficio", "/controllo")


class World:
    """A call with a case half scored, one scored, one in conflict with the viewer."""

    def __init__(self, session):
        self.session, self.call = session, make_call(session)
        self.anna, self.bruno, self.clerk = reviewer(), reviewer(), staff()
        self.sealed, self.open_ = admitted(self.call), admitted(self.call)
        self.firm = CompanyFactory(legal_name="Officine Riservate")
        self.tied = admitted(self.call, company=self.firm)
        scored(self.call, self.open_, self.anna, self.bruno)
        self.mine, self.theirs = (self.give(self.sealed, who) for who in (self.anna, self.bruno))
        service.submit(session, self.theirs.id, marks(self.call, "0.3"), by=self.bruno.email, now=NOW)
        self.lost = service.assign(session, self.tied.id, self.anna.id, by=OFFICE, now=NOW)
        self.give(self.tied, self.bruno)
        session.commit()

    def give(self, application, person):
        given = service.assign(self.session, application.id, person.id, by=OFFICE, now=NOW)
        return service.declare(self.session, given.id, has_conflict=False, by=person.email, now=NOW)

    def tie(self, person):
        code = self.firm.vat
        service.name_interest(
            self.session, person.id, tax_code=code, is_own=False, reason="Socio da tempo", by=person.email, now=NOW
        )
        self.session.commit()

    def other_marks(self):
        """The sheet that is not due to be read says something else."""
        kept = {key: {"points": "0", "reason": SECRET, "typed": ""} for key in marks(self.call)}
        sheet = update(ScoreSheet).where(ScoreSheet.assignment_id == self.theirs.id)
        self.session.execute(sheet.values(marks=kept, comment=SECRET))
        self.session.commit()

    def other_firm(self):
        """The firm in conflict has another name, seat and status."""
        changed = {"legal_name": SECRET, "municipality": "Varese", "province": "VA"}
        self.session.execute(update(Company).where(Company.id == self.firm.id).values(**changed))
        self.session.execute(text("UPDATE applications SET status = 'evaluated' WHERE id = :id"), {"id": self.tied.id})
        self.session.commit()


@pytest.fixture
def world(session):
    return World(session)


def addresses(app, world, prefixes):
    """Every address under these that a GET answers, with each of the filters, for every object there is."""
    known = [
        {"slug": world.call.slug, "application_id": one.id, "assignment_id": given.id, "attachment_id": given.id}
        | {"kind": "csv", "user_id": world.anna.id}
        for one, given in ((world.sealed, world.mine), (world.tied, world.lost), (world.open_, world.theirs))
    ]
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not str(rule).startswith(prefixes):
            continue
        for values in known:
            if rule.arguments <= values.keys():
                with suppress(ValueError):  # a word of another slice's own
                    path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
                    yield from (f"{path}?{asked}" for asked in ASKED)


def seen(client, app, world, prefixes):
    """What every address answers, but for the tokens that are new each time."""
    found = {}
    for address in sorted(set(addresses(app, world, prefixes))):
        answer = client.get(address)
        body = re.sub(rb'name="csrf_token"[^>]*|nonce-[\w+/=-]+|ETag: .*', b"", answer.data)
        found[address] = (answer.status_code, body)
    return found


def differing(client, app, world, prefixes, change):
    before = seen(client, app, world, prefixes)
    change()
    after = seen(client, app, world, prefixes)
    assert len(before) > 10
    return sorted(address for address in before if before[address] != after[address])


def test_sealed_marks_show_nowhere_to_the_other_reviewer(client, app, world):
    sign_in(client, world.anna)

    assert differing(client, app, world, ("/valutazione", "/interessi"), world.other_marks) == []


def test_sealed_marks_show_nowhere_to_the_office(client, app, world):
    sign_in(client, world.clerk)

    assert differing(client, app, world, STAFF_ONLY, world.other_marks) == []


def test_a_case_in_conflict_shows_nowhere_to_the_reviewer(client, app, world):
    world.tie(world.anna)
    sign_in(client, world.anna)

    assert differing(client, app, world, ("/valutazione", "/interessi"), world.other_firm) == []


def test_a_case_in_conflict_shows_nowhere_to_the_office(client, app, world):
    world.tie(world.clerk)
    sign_in(client, world.clerk)

    assert differing(client, app, world, STAFF_ONLY, world.other_firm) == []


def test_the_crawl_sees_a_seal_that_is_broken(client, app, world, monkeypatch):
    monkeypatch.setattr(rules, "may_see", lambda *_: True)
    monkeypatch.setattr(rules, "is_unsealed", lambda _: True)
    service.submit(world.session, world.mine.id, marks(world.call), by=world.anna.email, now=NOW)
    world.session.commit()
    sign_in(client, world.anna)

    leaks = differing(client, app, world, ("/valutazione",), world.other_marks)

    assert any(str(world.mine.id) in address for address in leaks)


def test_the_crawl_sees_a_fence_with_a_gap(client, app, world, monkeypatch):
    world.tie(world.clerk)
    monkeypatch.setattr(evaluation, "tied_companies", lambda *_args, **_named: frozenset())
    sign_in(client, world.clerk)

    leaks = differing(client, app, world, STAFF_ONLY, world.other_firm)

    assert {"/ufficio/domande?", "/ufficio/domande.csv?", f"/ufficio/domande/{world.tied.id}?"} <= set(leaks)


def test_whoever_is_in_conflict_abstains_from_acts_on_the_whole_call(client, world):
    address = f"/ufficio/bandi/{world.call.slug}/valutazione"
    sign_in(client, world.clerk)
    assert client.get(address).status_code == 200
    world.tie(world.clerk)

    answer = post(client, address, form_on="/ufficio", each="1", cap="9")

    assert answer.status_code == 403
    assert "Devi astenerti" in answer.text
    assert len(sheets(world.tied)) == 2
