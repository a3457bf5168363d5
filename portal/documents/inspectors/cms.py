"""CMS signed data: who signed, and whether content and signature match the enclosed certificate."""

import hashlib
import re
from typing import Any

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from portal.documents.inspectors import Refused

SIGNERS = 50
HASHES = {
    "sha1": hashes.SHA1(),  # noqa: S303 - old signatures are read, and said to be what they are
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
TAX_CODE = re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]|[0-9]{11}")


def parse(envelope: bytes) -> cms.SignedData:
    """The signed data in `envelope` (BER or DER). Raises Refused."""
    try:
        info = cms.ContentInfo.load(envelope)
        if info["content_type"].native != "signed_data":
            raise Refused("Damaged")
        signed = info["content"]
        if not 0 < len(signed["signer_infos"]) <= SIGNERS:
            raise Refused("Damaged")
    except (ValueError, TypeError, KeyError) as broken:
        raise Refused("Damaged") from broken
    return signed


def signatures(signed: cms.SignedData, content: bytes, *, form: str) -> list[dict[str, object]]:
    """Each signer of `content`, as `rules.Signature` in JSON. Raises Refused for what isn't even CMS inside."""
    try:
        return [_signature(signed, info, content, form) for info in signed["signer_infos"]]
    except (ValueError, TypeError, KeyError, AttributeError) as broken:
        raise Refused("Damaged") from broken


def _signature(signed: cms.SignedData, info: cms.SignerInfo, content: bytes, form: str) -> dict[str, object]:
    attributes = {a["type"].native: a["values"] for a in info["signed_attrs"]} if info["signed_attrs"].native else {}
    signing_time = attributes["signing_time"][0].native if "signing_time" in attributes else None
    certificate = _certificate(signed, info)
    subject = certificate.subject.native if certificate else {}
    issuer = certificate.issuer.native if certificate else {}
    return {
        "form": form,
        "signer": _first(subject.get("common_name"))
        or " ".join(filter(None, (_first(subject.get("given_name")), _first(subject.get("surname"))))),
        "tax_code": _tax_code(subject),
        "issuer": _first(issuer.get("organization_name")) or _first(issuer.get("common_name")),
        "signed_at": signing_time.isoformat() if signing_time else None,
        "is_intact": certificate is not None and _is_intact(info, attributes, certificate, content),
    }


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value or "")


def _tax_code(subject: dict[str, object]) -> str:
    """From `serialNumber` (`TINIT-…`, `IT:…`), as Italian certificates carry it."""
    found = TAX_CODE.search(_first(subject.get("serial_number")).upper())
    return found.group() if found else ""


def _certificate(signed: cms.SignedData, info: cms.SignerInfo) -> x509.Certificate | None:
    sid = info["sid"]
    for choice in signed["certificates"] or ():
        certificate = choice.chosen
        if not isinstance(certificate, x509.Certificate):
            continue
        if sid.name == "issuer_and_serial_number":
            if (
                certificate.serial_number == sid.chosen["serial_number"].native
                and certificate.issuer == sid.chosen["issuer"]
            ):
                return certificate
        elif certificate.key_identifier == sid.chosen.native:
            return certificate
    return None


def _is_intact(info: cms.SignerInfo, attributes: dict[str, Any], certificate: x509.Certificate, content: bytes) -> bool:
    name = info["digest_algorithm"]["algorithm"].native
    if name not in HASHES:
        return False
    if attributes:
        if (
            "message_digest" not in attributes
            or attributes["message_digest"][0].native != hashlib.new(name, content).digest()
        ):
            return False
        covered = b"\x31" + info["signed_attrs"].dump()[1:]
    else:
        covered = content
    return _verifies(info, name, certificate, covered)


def _verifies(info: cms.SignerInfo, name: str, certificate: x509.Certificate, covered: bytes) -> bool:
    key = serialization.load_der_public_key(certificate.public_key.dump())
    signature, digest = info["signature"].native, HASHES[name]
    is_pss = info["signature_algorithm"]["algorithm"].native == "rsassa_pss"
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme = padding.PSS(padding.MGF1(digest), padding.PSS.AUTO) if is_pss else padding.PKCS1v15()
            key.verify(signature, covered, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, covered, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
