"""Real papers for plausible firms: a PDF by Typst, and its CAdES envelope signed with a key made for the occasion."""

from datetime import UTC, datetime, timedelta
from functools import cache

import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

PAGE = """
#set document(title: {title})
#set page(paper: "a4", margin: 25mm)
#set text(lang: "it", size: 11pt)
= #{title}
#v(6mm)
Documento dimostrativo di {firm}.

#lorem(120)
"""


@cache
def pdf(title: str, firm: str) -> bytes:
    """One page with a title and the name of a firm."""
    source = PAGE.replace("{title}", _quoted(title)).replace("{firm}", f"#{_quoted(firm)}")
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)  # noqa: S101 - one output asked for
    return made


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _certificate(person: str, tax_code: str) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.COMMON_NAME, person),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"TINIT-{tax_code}"),
        ]
    )
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=700))
        .sign(_key(), hashes.SHA256())
    )


def signed(content: bytes, *, person: str, tax_code: str) -> bytes:
    """`content` in a CAdES envelope (.p7m), signed by `person` with a certificate that nobody vouches for."""
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(_certificate(person, tax_code), _key(), hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
