"""The firm's page of a request: what is typed stays, what is wrong is said beside it, strangers see nothing."""

from datetime import timedelta
from io import BytesIO

import pytest

from portal.applications import queries, service
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import RequestState
from tests.applications.conftest import token
from tests.documents.papers import pdf
from tests.factories.applications import make, waiting
from tests.factories.companies import CompanyFactory


@pytest.fixture
def asked(session):
    application = make(upto="submitted")
    return waiting(application, RequestKind.SUPPLEMENT), application


def address(application, page="integrazione"):
    return f"/area/domande/{application.id}/{page}"


def send(client, application, *, page="integrazione", revision=0, **data):
    csrf = token(client.get(address(application, page)).text)
    form = {"csrf_token": csrf, "revision": str(revision), "note": ""} | data
    return client.post(address(application, page), data=form, content_type="multipart/form-data")


def fresh(session, request):
    session.expire_all()
    return queries.find_request(session, request.id)


def test_every_button_keeps_what_is_written_and_chosen(session, member, asked):
    request, application = asked
    client = member(application.company_id)

    answer = send(
        client,
        application,
        f_agent="Rossi S.r.l.",
        note="Quasi pronto.",
        go="draft",
        **{"file-profile": (BytesIO(pdf()), "profilo.pdf")},
    )

    assert answer.status_code == 303
    kept = fresh(session, request)
    assert kept.draft == {
        "answers": {"agent": {"typed": None, "value": "Rossi S.r.l."}},
        "note": "Quasi pronto.",
        "observations": {},
    }
    assert [one.name for one in queries.enclosed_with(kept)] == ["profilo.pdf"]
    page = client.get(address(application)).text
    assert "Rossi S.r.l." in page
    assert "Quasi pronto." in page


def test_a_wrong_file_is_refused_beside_its_place_and_the_text_stays(session, member, asked):
    request, application = asked
    client = member(application.company_id)

    answer = send(
        client, application, note="Resta qui.", upload="profile", **{"file-profile": (BytesIO(b"MZ ciao"), "a.pdf")}
    )

    assert answer.status_code == 422
    assert "Resta qui." in answer.text
    assert "paper--wrong" in answer.text
    assert send(client, application, revision=1, upload="profile").status_code == 422
    assert queries.enclosed_with(fresh(session, request)) == ()


def test_what_is_missing_is_said_beside_the_note(session, member, asked):
    request, application = asked
    client = member(application.company_id)

    answer = send(client, application, f_agent="Rossi", go="send")

    assert answer.status_code == 422
    assert "Mancano ancora elementi richiesti (1)" in answer.text
    assert fresh(session, request).state is RequestState.OPEN
    sent = send(client, application, revision=1, f_agent="Rossi", note="Il profilo non esiste più.", go="send")
    assert sent.status_code == 303
    assert fresh(session, request).content["answers"] == {"agent": "Rossi"}
    page = client.get(address(application)).text
    assert "La tua risposta" in page
    assert "Il profilo non esiste più." in page


def test_a_colleague_s_draft_is_not_overwritten_unseen(member, asked):
    _request, application = asked
    client = member(application.company_id)
    send(client, application, note="Prima.", go="draft")

    answer = send(client, application, note="Seconda.", go="draft")

    assert answer.status_code == 409
    assert "Seconda." in answer.text
    assert 'value="1"' in answer.text


def test_a_file_is_taken_out_again(session, member, asked):
    request, application = asked
    client = member(application.company_id)
    send(client, application, upload="altro", **{"file-altro": (BytesIO(pdf()), "altro.pdf")})
    [file] = queries.enclosed_with(fresh(session, request))

    with client.get(f"/area/domande/{application.id}/documenti/{file.id}") as answer:
        assert answer.data[:5] == b"%PDF-"
    assert send(client, application, remove=str(file.id)).status_code == 303
    assert queries.enclosed_with(fresh(session, request)) == ()
    assert send(client, application, remove="boh").status_code == 303


def test_too_late_is_said_and_what_was_written_is_shown(session, member, asked):
    request, application = asked
    client = member(application.company_id)
    send(client, application, note="Arrivo tardi.", go="draft")
    service.lapse(session, request.id, now=request.due_at + timedelta(seconds=1))
    session.commit()

    page = client.get(address(application)).text
    assert "non si può più rispondere" in page
    assert "Arrivo tardi." in page
    csrf = token(client.get("/area/impresa/nuova").text)
    late = client.post(address(application), data={"csrf_token": csrf, "revision": "1", "note": "x", "go": "send"})
    assert late.status_code == 422


def test_a_delegate_who_may_not_submit_prepares_but_does_not_send(session, member, asked):
    request, application = asked
    client = member(application.company_id, delegate=True, may_submit=False)

    answer = send(client, application, note="Preparata da me.", go="send")

    assert answer.status_code == 422
    assert fresh(session, request).draft["note"] == "Preparata da me."


def test_only_the_firm_sees_it(session, member, asked):
    _request, application = asked
    stranger = member(CompanyFactory().id)

    assert stranger.get(address(application)).status_code == 404
    assert stranger.get(f"/area/domande/{application.id}/richieste/1.pdf").status_code == 404
    own = member(application.company_id)
    assert own.get(address(application, "osservazioni")).status_code == 404
    assert own.get(f"/area/domande/{application.id}/richieste/1.pdf").data[:5] == b"%PDF-"


@pytest.mark.parametrize("language", ["it", "en"])
def test_observations_are_written_reason_by_reason(session, member, language):
    application = make(upto="submitted")
    request = waiting(application, RequestKind.NOTICE)
    client = member(application.company_id)
    client.get(f"/?lang={language}")

    sent = send(client, application, page="osservazioni", m1="Il DURC è regolare.", go="send")

    assert sent.status_code == 303
    assert fresh(session, request).content["observations"] == {"m1": "Il DURC è regolare."}
    assert application.status is Status.REJECTION_NOTICE
    page = client.get(address(application, "osservazioni")).text
    assert "Il DURC è regolare." in page
