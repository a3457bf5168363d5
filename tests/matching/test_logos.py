"""A firm's logo: what is taken, what is refused in words, where it is shown."""

import base64
import io
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.companies.models import Company
from portal.documents import rendering, service as documents
from portal.documents.models import File
from portal.documents.rules import ScanState
from portal.matching.models import ExportProfile
from portal.matching.queries import board
from portal.matching.service import agendas, lists
from tests.accounts_help import csrf, sign_in
from tests.documents.papers import picture
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, firm_at, make_event

CANVAS = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="240"'


@pytest.fixture
def world(session, client):
    """A firm at an event with a validated profile, and its owner signed in."""
    event = make_event(make_call(session))
    firm = firm_at(event)
    profile = session.scalars(select(ExportProfile)).one()
    profile.validated_at, profile.validated_by = NOW, OFFICE
    company = session.get(Company, firm.company_id)
    user = UserFactory()
    MembershipFactory(user=user, company=company)
    sign_in(client, user)
    here = f"/area/incontri/{event.slug}"
    return SimpleNamespace(event=event, firm=firm, company=company, profile=profile, here=here, client=client)


def send(world, content=None, name="logo.png", **fields):
    """The form as a browser sends it."""
    parts = {f'name="{key}"': value.encode() for key, value in fields.items()}
    parts['name="csrf_token"'] = csrf(world.client, f"{world.here}/logo").encode()
    if content is not None:
        parts[f'name="logo"; filename="{name}"'] = content
    heads = [(f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode(), body) for head, body in parts.items()]
    body = b"".join(head + body + b"\r\n" for head, body in heads) + b"--x--\r\n"
    return world.client.post(f"{world.here}/logo", data=body, content_type="multipart/form-data; boundary=x")


def again(session, world):
    session.commit()
    session.expire_all()
    return world.profile


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_kept_encoded_anew_and_the_office_reads_the_profile_again(session, world, kind):
    assert send(world, picture(kind), name="../<b>.exe").status_code == 303
    profile = again(session, world)
    file = session.get(File, profile.logo_id)
    assert (file.media_type, profile.validated_at) == (f"image/{kind.lower()}", None)
    assert profile.saved_at > NOW - timedelta(seconds=1)
    alt = f'alt="Logo di {world.company.legal_name}"'
    for tail in ("/profilo", "/logo"):
        assert alt in unescape(world.client.get(world.here + tail).text)
    status, headers, body = fetch(world.client, f"{world.here}/logo/immagine")
    assert (status, headers["Content-Type"]) == (200, file.media_type)
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body == documents.path(file).read_bytes()


def fetch(client, path):
    """Headers and bytes of what is handed over, with the file closed."""
    with client.get(path) as answer:
        return answer.status_code, answer.headers, answer.data


def test_staff_see_what_they_validate_and_strangers_nothing(session, app, world):
    send(world, picture())
    again(session, world)
    clerk = sign_in(app.test_client(), staff(StaffRoleName.EVENTS))
    page = f"/ufficio/incontri/{world.event.slug}/partecipanti/{world.firm.id}"
    assert f'src="{page}/logo"' in clerk.get(page).text
    assert fetch(clerk, f"{page}/logo")[1]["Content-Type"] == "image/png"
    other = UserFactory()
    MembershipFactory(user=other)
    stranger = sign_in(app.test_client(), other)
    for tail in ("/logo", "/logo/immagine"):
        assert stranger.get(world.here + tail).status_code == 404


HOSTILE = {
    "an SVG with a script": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "non corrisponde",
    ),
    "a page named as a picture": (b"<!doctype html><script>alert(1)</script>", "non corrisponde"),
    "a broken picture": (picture()[:40], "danneggiato"),
    "too many pixels": (picture("PNG", (9000, 8000)), "tropp"),
    "too wide": (picture("PNG", (3001, 2)), "al massimo 3000 pixel per lato"),
    "too heavy": (picture() + b"0" * (2 << 20), "supera 2 MB"),
    "empty": (b"", "vuoto"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_good_picture_is_refused_beside_the_field_and_nothing_is_kept(session, world, name):
    content, words = HOSTILE[name]
    answer = send(world, content)
    text = unescape(answer.text)
    assert (answer.status_code, "logo-error" in text, words in text) == (422, True, True), text[-3000:]
    profile = again(session, world)
    assert (profile.logo_id, profile.validated_at) == (None, NOW)
    assert session.scalars(select(File)).all() == []


def test_no_file_is_said_in_words(session, world):
    answer = send(world)
    assert (answer.status_code, "Scegli un'immagine PNG o JPEG." in unescape(answer.text)) == (422, True)
    assert again(session, world).logo_id is None


def test_before_a_profile_there_is_no_logo(session, world):
    token = csrf(world.client, f"{world.here}/logo")
    session.delete(world.profile)
    session.commit()
    assert "Prima invia il profilo" in unescape(world.client.get(f"{world.here}/logo").text)
    data = {"csrf_token": token, "logo": (io.BytesIO(picture()), "l.png")}
    answer = world.client.post(f"{world.here}/logo", data=data, content_type="multipart/form-data")
    assert (answer.status_code, session.scalars(select(File)).all()) == (422, [])


def test_it_is_taken_away_and_taking_away_twice_is_harmless(session, world):
    send(world, picture())
    for _twice in range(2):
        assert send(world, action="remove").status_code == 303
    assert again(session, world).logo_id is None
    assert world.client.get(f"{world.here}/logo/immagine").status_code == 404
    assert "logo__picture" not in world.client.get(f"{world.here}/profilo").text


def test_the_antivirus_comes_first(session, world):
    send(world, picture())
    again(session, world)
    file = session.get(File, world.profile.logo_id)
    for scan, words in (
        (ScanState.PENDING, "in attesa del controllo"),
        (ScanState.INFECTED, "l'antivirus lo ha fermato"),
    ):
        file.scan, file.scanned_at = scan, None if scan is ScanState.PENDING else NOW
        session.commit()
        assert world.client.get(f"{world.here}/logo/immagine").status_code == 404
        assert words in unescape(world.client.get(f"{world.here}/profilo").text)
        assert entry(session, world).logo == ""


def entry(session, world, lang="it"):
    world.profile.validated_at, world.profile.validated_by = NOW, OFFICE
    session.flush()
    (one,) = paper(session, world, lang).firms
    return one


def paper(session, world, lang):
    return lists.catalogue(agendas.call_of(session, world.event), board.read(session, world.event), lang=lang)


@pytest.mark.parametrize(("lang", "words"), [("it", "Logo di"), ("en", "Logo of")])
def test_the_catalogue_shows_it_with_words_for_who_cannot_see(session, world, lang, words):
    plain = rendering.render(paper(session, world, lang), lang=lang, at=NOW)
    send(world, picture("PNG", (1200, 300)))
    again(session, world)
    one = entry(session, world, lang)
    assert one.logo.startswith(CANVAS)
    pdf = rendering.render(paper(session, world, lang), lang=lang, at=NOW)
    assert alternative(pdf) == [f"{words} {world.company.legal_name}"]
    assert alternative(plain) == []


def alternative(pdf):
    """Alternative texts of figures, from the tags."""
    with pikepdf.open(io.BytesIO(pdf)) as paper_:
        tags = [one for one in paper_.objects if isinstance(one, pikepdf.Dictionary)]
        return [str(one.Alt) for one in tags if "/Alt" in one]


def test_a_picture_of_any_shape_fits_its_canvas(tmp_path):
    path = tmp_path / "p.png"
    for size in ((2400, 2400), (3000, 2), (2, 3000)):
        path.write_bytes(picture("PNG", size))
        assert rendering.picture_size(path) == size
        made = rendering.picture_svg(path)
        held = Image.open(io.BytesIO(base64.b64decode(made.split("base64,")[1].split('"')[0])))
        assert max(held.width / 600, held.height / 240) <= 1
        assert made.startswith(CANVAS)
