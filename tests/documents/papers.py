"""Files good and bad, made here: PDFs, signed ones, pictures, archives."""

import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

SIGNER = "BIANCHI ANNA"
TAX_CODE = "BNCNNA80A41F205X"
ROOM = 8192


def pdf(pages: int = 1, **root: object) -> bytes:
    """A plain PDF; `root` adds to its catalogue."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    for key, value in root.items():
        made.Root[f"/{key}"] = value
    return saved(made)


def saved(made: pikepdf.Pdf, **options: Any) -> bytes:
    out = BytesIO()
    made.save(out, **options)
    return out.getvalue()


def acting(action: Dictionary) -> bytes:
    """A PDF that does something when opened."""
    return pdf(OpenAction=action)


def carrying(name: str, content: bytes) -> bytes:
    """A PDF with a file attached."""
    made = pikepdf.new()
    made.add_blank_page()
    made.attachments[name] = content
    return saved(made)


def encrypted(user: str = "", owner: str = "padrone") -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    return saved(made, encryption=pikepdf.Encryption(user=user, owner=owner))


@cache
def _signer(kind: str):
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.COMMON_NAME, SIGNER),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"TINIT-{TAX_CODE}"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Autorità di prova"),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def cms(content: bytes, *options: pkcs7.PKCS7Options, kind: str = "rsa", encoding: Encoding = Encoding.DER) -> bytes:
    key, certificate = _signer(kind)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(encoding, [pkcs7.PKCS7Options.Binary, *options])


def p7m(content: bytes | None = None, **options) -> bytes:
    """A CAdES envelope with a PDF in it."""
    return cms(pdf(2) if content is None else content, **options)


def pades(*, tampered: bool = False) -> bytes:
    """A PDF with a signature dictionary over all of it but the signature."""
    made = pikepdf.new()
    made.add_blank_page()
    signature = made.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, 10**9, 10**9, 10**9]),
            Contents=String(b"\x01" * ROOM),
        )
    )
    field = made.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Firma1", V=signature, Rect=[0, 0, 0, 0])
    )
    made.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
    content = saved(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    start = content.index(b"<" + b"01" * 8)
    end = content.index(b">", start) + 1
    numbers = f"[ 0 {start} {end} {len(content) - end} ]".encode()
    old = b"[ 0 1000000000 1000000000 1000000000 ]"
    content = content.replace(old, numbers.ljust(len(old)))
    digest_of = content[:start] + content[end:]
    signed = cms(digest_of, pkcs7.PKCS7Options.DetachedSignature).hex().encode()
    content = content[: start + 1] + signed.ljust(end - start - 2, b"0") + content[end - 1 :]
    return content.replace(b"/MediaBox [ 0 0 612", b"/MediaBox [ 0 0 613") if tampered else content


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (0, 90, 180)).save(out, kind, **options)
    return out.getvalue()


def archive(parts: dict[str, bytes], *, pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", pack) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": b"<document/>"} | more)


def xlsx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": b"<workbook/>"} | more)


def flate_bomb(megabytes: int = 400) -> bytes:
    """A small PDF whose object stream unpacks to a great many bytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.Bomb = made.make_indirect(Stream(made, b""))
    body = b"%PDF-1.5\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length " + str(len(packed)).encode()
    body += b">>\nstream\n" + packed + b"\nendstream\nendobj\n"
    xref_at = len(body)
    entries = (
        b"\x00\x00\x00\x00\x00\x00\xff"
         b"\x01" + (9).to_bytes(4, "big") + b"\x00\x00"
        + b"\x02" + (1).to_bytes(4, "big") + b"\x00\x00"
        + b"\x01" + xref_at.to_bytes(4, "big") + b"\x00\x00"
    )  # fmt: skip
    body += b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 2]/Root 2 0 R/Length " + str(len(entries)).encode() + b">>\nstream\n"
    return body + entries + b"\nendstream\nendobj\nstartxref\n" + str(xref_at).encode() + b"\n%%EOF\n"
