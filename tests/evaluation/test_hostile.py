"""What no honest browser sends is answered in words, never with a fault."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from portal.evaluation import service
from portal.ranking import service as ranking_service
from tests.accounts_help import csrf, sign_in
from tests.factories.accounts import staff
from tests.factories.calls import around, make_call
from tests.factories.evaluation import OFFICE, SECOND, admitted, marks, reviewer, scored

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NASTY = ["\x00", "a\x00b", "\ud800", "9" * 400, "1e999999", "-1", "NaN", "Infinity", "٣", "x" * 100_000]
KEYS = [
    [["", "a"]],
    [["", 10**30]],
    [["", None]],
    [["n", "NaN"]],
    [["u", "x"]],
    [],
    "x",
    [["", [1]]],
    [["", {}]],
    [["", True]],
]


def key(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.mark.parametrize("nasty", NASTY)
def test_a_sheet_with_anything_in_it(session, client, call, nasty):
    anna = reviewer()
    given = service.assign(session, admitted(call).id, anna.id, by=OFFICE, now=NOW)
    service.declare(session, given.id, has_conflict=False, by=anna.email, now=NOW)
    sign_in(client, anna)
    address = f"/valutazione/{given.id}"
    names = list(marks(call))
    fields = {"comment": nasty, f"reason_{names[0]}": nasty, f"points_{names[0]}": nasty, "status": "funded"}
    fields = {name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for name, value in fields.items()}

    for verb in ("bozza", "consegna"):
        answer = client.post(f"{address}/{verb}", data={"csrf_token": csrf(client, address), **fields})
        assert answer.status_code in {303, 413, 422}, verb
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("nasty", NASTY[:2] + NASTY[-1:])
def test_words_with_anything_in_them(session, client, call, nasty):
    application, anna = admitted(call), reviewer()
    given = service.assign(session, application.id, anna.id, by=OFFICE, now=NOW)
    sign_in(client, staff())
    panel = f"/ufficio/domande/{application.id}/valutazione"
    words = f"Motivo lungo abbastanza {nasty}"

    answer = client.post(f"{panel}/{given.id}/togli", data={"csrf_token": csrf(client, panel), "reason": words})
    forged = client.post(panel, data={"csrf_token": csrf(client, panel), "reviewer": nasty})

    assert answer.status_code in {303, 413, 422}
    assert forged.status_code in {413, 422}


@pytest.mark.parametrize("value", KEYS)
def test_a_forged_place_in_a_list(session, client, value):
    call = make_call(session, window=around(NOW - timedelta(days=30)))
    scored(call, admitted(call), reviewer())
    drawn = ranking_service.draw_up(session, call.id, by=OFFICE, now=NOW)
    ranking_service.approve(session, drawn.id, by=SECOND, now=NOW)
    ranking_service.publish(session, drawn.id, by=OFFICE, now=NOW)
    sign_in(client, staff())

    for address in (f"/bandi/{call.slug}/graduatoria", f"/ufficio/bandi/{call.slug}/valutazione"):
        assert client.get(f"{address}?dopo={key(value)}&prima=").status_code == 200
        assert client.get(f"{address}?prima={key(value)}&elenco=%00&percorso=%00").status_code == 200
    assert client.get("/bandi/%00/graduatoria").status_code == 400
