"""What a file is, by what is in it: the good are told apart, the bad refused in words."""

import base64
import hashlib
from io import BytesIO

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options
from hypothesis import HealthCheck, given, settings, strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from portal.documents import rules
from portal.documents.inspection import inspect
from portal.documents.rules import Kind
from tests.documents import papers

ALL = frozenset(Kind)


@pytest.fixture
def look(tmp_path):
    def at(content: bytes, allowed=ALL, **options):
        file = tmp_path / "arrivato"
        file.write_bytes(content)
        return inspect(file, allowed, **options)

    return at


def action(kind: str, **more) -> bytes:
    return papers.acting(Dictionary(S=Name(f"/{kind}"), **more))


@pytest.mark.parametrize(
    ("content", "kind", "pages"),
    [
        (papers.pdf(3), Kind.PDF, 3),
        (papers.p7m(), Kind.P7M, 2),
        (papers.picture("PNG"), Kind.PNG, 1),
        (papers.picture("JPEG"), Kind.JPEG, 1),
        (papers.docx(), Kind.DOCX, None),
        (papers.xlsx(), Kind.XLSX, None),
        (action("URI", URI="https://unioncamere.example"), Kind.PDF, 1),
        (papers.carrying("fattura.xml", b"<?xml version='1.0'?><a/>"), Kind.PDF, 1),
    ],
    ids=["pdf", "p7m", "png", "jpeg", "docx", "xlsx", "pdf-with-a-link", "pdf-with-xml"],
)
def test_good_files_are_told_by_their_content(look, content, kind, pages):
    found = look(content)

    assert (found.kind, found.pages) == (kind, pages)
    assert found.received_sha256 == hashlib.sha256(content).hexdigest()
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert found.size == found.path.stat().st_size


BAD = {
    "empty": (b"", rules.EmptyFile),
    "program": (b"MZ\x90\x00" + b"\0" * 200, rules.UnknownType),
    "html": (b"<!doctype html><script>alert(1)</script>", rules.UnknownType),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", rules.UnknownType),
    "text": ("è una relazione".encode(), rules.UnknownType),
    "zip": (papers.archive({"a.exe": b"MZ"}), rules.UnknownType),
    "old-word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, rules.UnknownType),
    "pdf-after-junk": (b"<script>alert(1)</script>\n" + papers.pdf(), rules.UnknownType),
    "cut-png": (papers.picture("PNG")[:60], rules.Damaged),
    "cut-jpeg": (papers.picture("JPEG", (400, 400))[:-400], rules.Damaged),
    "no-pdf": (b"%PDF-1.7\nnothing at all", rules.Damaged),
    "no-pages": (papers.pdf(0), rules.Damaged),
    "cut-p7m": (papers.p7m()[:500], rules.Damaged),
    "pdf-and-zip": (papers.pdf() + papers.archive({"a.txt": b"a"}), rules.TwoInOne),
    "png-and-zip": (papers.picture("PNG") + papers.archive({"a.txt": b"a"}), rules.TwoInOne),
    "user-password": (papers.encrypted(user="segreta"), rules.Encrypted),
    "owner-password": (papers.encrypted(), rules.Encrypted),
    "javascript": (action("JavaScript", JS=String("app.alert(1)")), rules.ActiveContent),
    "javascript-names": (papers.pdf(Names=Dictionary(JavaScript=Dictionary(Names=Array([])))), rules.ActiveContent),
    "hidden-javascript": (
        papers.pdf(Deep=Array([Dictionary(A=Array([Dictionary(Next=Dictionary(S=Name.JavaScript))]))])),
        rules.ActiveContent,
    ),
    "launch": (action("Launch", F=String("cmd.exe")), rules.ActiveContent),
    "submit": (action("SubmitForm", F=String("https://male.example")), rules.ActiveContent),
    "xfa": (papers.pdf(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))), rules.ActiveContent),
    "program-attached": (papers.carrying("fattura.xml", b"MZ\x90\x00"), rules.ActiveContent),
    "script-attached": (papers.carrying("fattura.js", b"alert(1)"), rules.ActiveContent),
    "p7m-with-javascript": (papers.p7m(action("JavaScript", JS=String("x"))), rules.ActiveContent),
    "p7m-without-content": (papers.cms(papers.pdf(), PKCS7Options.DetachedSignature), rules.NotADocument),
    "p7m-with-text": (papers.p7m(b"solo testo"), rules.NotADocument),
    "macros": (papers.docx(**{"word/vbaProject.bin": b"x"}), rules.ActiveContent),
    "macro-type": (
        papers.archive({"[Content_Types].xml": b"<Types a='macroEnabled'/>", "xl/workbook.xml": b"<a/>"}),
        rules.ActiveContent,
    ),
    "entities": (papers.docx(**{"word/styles.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), rules.ActiveContent),
    "remote-template": (
        papers.docx(
            **{
                "word/_rels/settings.xml.rels": b'<Relationship Type="x/attachedTemplate" '
                b'Target="https://male.example/t.dotm" TargetMode="External"/>'
            }
        ),
        rules.ActiveContent,
    ),
    "escaping-part": (papers.docx(**{"../../etc/passwd": b"x"}), rules.Damaged),
}


@pytest.mark.parametrize(("content", "refusal"), BAD.values(), ids=BAD)
def test_bad_files_are_refused(look, content, refusal):
    with pytest.raises(rules.FileRefused) as refused:
        look(content)

    assert type(refused.value) is refusal
    assert "%" not in str(refused.value)


@pytest.mark.parametrize("name", ["javascript", "program-attached", "macros"])
def test_a_refusal_says_what_is_inside(look, name):
    said = {
        "javascript": "codice JavaScript",
        "program-attached": "un file allegato eseguibile o un archivio",
        "macros": "macro",
    }
    with pytest.raises(rules.ActiveContent) as refused:
        look(BAD[name][0])

    assert refused.value.facts == {"what": said[name]}


def test_a_good_file_of_another_type_is_named(look):
    with pytest.raises(rules.WrongType) as refused:
        look(papers.picture("PNG"), rules.USUAL)

    assert refused.value.facts == {"found": "PNG", "allowed": "PDF, PDF firmato (P7M)"}


def test_the_size_is_asked_before_anything_is_read(look):
    with pytest.raises(rules.TooLarge) as refused:
        look(b"%PDF-" + b"0" * (3 << 20), limit=2 << 20)

    assert refused.value.facts == {"limit": 2}


BOMBS = {
    "pixels": papers.picture("PNG", (9000, 8000)),
    "object-stream": papers.flate_bomb(),
    "zip": papers.xlsx(**{"xl/worksheets/sheet1.xml": b" " * (200 << 20)}),
    "parts": papers.xlsx(**{f"xl/p{number}.xml": b"" for number in range(4000)}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_harms_nobody(look, name):
    with pytest.raises((rules.TooComplex, rules.Damaged)):
        look(BOMBS[name])


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_cades_envelope_says_who_signed(look, kind):
    found = look(papers.p7m(kind=kind))

    assert [(s.form, s.signer, s.tax_code, s.issuer, s.is_intact) for s in found.signatures] == [
        ("cades", papers.SIGNER, papers.TAX_CODE, "Autorità di prova", True)
    ]
    assert found.signatures[0].signed_at is not None


def test_an_envelope_in_base64_or_in_another_envelope_is_opened(look):
    twice = papers.p7m(papers.p7m())

    assert look(base64.encodebytes(papers.p7m())).pages == 2
    assert look(papers.p7m(encoding=Encoding.PEM)).pages == 2
    assert [s.form for s in look(twice).signatures] == ["cades", "cades"]


def test_a_changed_envelope_is_not_intact(look):
    changed = papers.p7m().replace(b"612", b"613")

    assert [s.is_intact for s in look(changed).signatures] == [False]


def test_a_pades_signature_is_seen_and_the_file_kept_byte_by_byte(look):
    content = papers.pades()
    found = look(content)

    assert [(s.form, s.signer, s.is_intact) for s in found.signatures] == [("pades", papers.SIGNER, True)]
    assert found.path.read_bytes() == content


def test_a_changed_pades_file_is_not_intact(look):
    assert [s.is_intact for s in look(papers.pades(tampered=True)).signatures] == [False]


def test_an_unsigned_pdf_is_rewritten_without_its_past_and_always_alike(look):
    hidden = b"<script>alert('canarino')</script>"
    content = papers.pdf().replace(b"%%EOF", b"%%EOF\n% " + hidden + b"\n%%EOF")
    first, again = look(content), look(content)

    assert hidden not in first.path.read_bytes()
    assert first.sha256 == again.sha256
    with pikepdf.open(first.path) as kept:
        assert len(kept.pages) == 1


def test_a_picture_keeps_nothing_but_the_picture(look):
    exif = Image.Exif()
    exif[0x010F] = "canarino-fotocamera"
    exif[0x0112] = 6
    content = papers.picture("JPEG", (40, 20), exif=exif) + b"canarino-in-coda"
    found = look(content)

    kept = found.path.read_bytes()
    assert b"canarino" not in kept
    with Image.open(BytesIO(kept)) as upright:
        assert upright.size == (20, 40)


@given(
    content=st.binary(max_size=4000),
    start=st.sampled_from(
        [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff", b"0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"]
    ),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_noise_is_refused_in_words(look, content, start):
    with pytest.raises(rules.FileRefused):
        look(start + content)


def test_a_kind_is_named_as_calls_name_it():
    assert rules.kinds(["pdf", "jpg"]) == {Kind.PDF, Kind.JPEG}
    with pytest.raises(ValueError, match="exe"):
        rules.kinds(["exe"])
