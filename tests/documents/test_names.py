"""Names of files: harmless to show, harmless to send back."""

import pytest
from hypothesis import given, strategies as st
from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

from portal.documents.rules import Kind
from portal.documents.rules.names import LONGEST, disposition, tidy


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("bilancio.pdf", Kind.PDF, "bilancio.pdf"),
        ("C:\\Utenti\\anna\\Bilancio 2025.PDF", Kind.PDF, "Bilancio 2025.PDF"),
        ("../../etc/passwd", Kind.PDF, "passwd.pdf"),
        ("foto.exe", Kind.JPEG, "foto.exe.jpg"),
        ("foto.jpeg", Kind.JPEG, "foto.jpeg"),
        ("procura.pdf.p7m", Kind.P7M, "procura.pdf.p7m"),
        ("procura", Kind.P7M, "procura.pdf.p7m"),
        ("  ", Kind.PDF, "documento.pdf"),
        ("a\r\nSet-Cookie: x.pdf", Kind.PDF, "a Set-Cookie x.pdf"),
        ("\u202egpj.exe", Kind.PNG, "gpj.exe.png"),
        ("è" * 300 + ".pdf", Kind.PDF, "è" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_names_are_tidied(name, kind, kept):
    assert tidy(name, kind) == kept


def test_the_name_is_said_to_old_and_new_browsers():
    assert disposition("Società «Più» 100%.pdf") == (
        'attachment; filename="Societa Piu 100_.pdf"; '
        "filename*=UTF-8''Societ%C3%A0%20%C2%ABPi%C3%B9%C2%BB%20100%25.pdf"
    )


@given(st.text(max_size=300))
def test_no_name_breaks_the_header(name):
    header = disposition(name)
    value, options = parse_options_header(header)

    Headers().add("Content-Disposition", header)
    assert value == "attachment"
    assert set(options) == {"filename"}
    assert not set(header) & set("\r\n\0\u2028\u2029")
