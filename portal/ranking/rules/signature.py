"""The signature of a published ranking (Ed25519 over its hash), and what a stranger can know from it."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from portal.kernel.text import sha256_hex

ALGORITHM = "ed25519"
SAYS = b"portale-export/ranking signature 1\n"
"""What every signed message begins with: a signature of ours means nothing elsewhere."""
PARTS = frozenset({"algorithm", "key_id", "public_key", "value"})


class BadKey(Exception):
    """Not a key of the kind that is asked for: the message says what is wrong."""


def message(sha256: str) -> bytes:
    """The bytes that are signed for a file with this hash."""
    return SAYS + sha256.encode() + b"\n"


def private_key(text: str) -> Ed25519PrivateKey:
    """The key that an operator gave: 32 bytes in base64url. Raises BadKey."""
    return Ed25519PrivateKey.from_private_bytes(_raw(text, "the private key"))


def public_key(text: str) -> Ed25519PublicKey:
    """A key as PEM, or as 32 bytes in base64. Raises BadKey."""
    if text.lstrip().startswith("-----BEGIN"):
        try:
            key = load_pem_public_key(text.strip().encode())
        except ValueError as fault:
            msg = "the PEM does not hold a public key"
            raise BadKey(msg) from fault
        if not isinstance(key, Ed25519PublicKey):
            msg = "the PEM holds a key that is not Ed25519"
            raise BadKey(msg)
        return key
    return Ed25519PublicKey.from_public_bytes(_raw(text, "the public key"))


def _raw(text: str, what: str) -> bytes:
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != 32:  # noqa: PLR2004 - the size of an Ed25519 key
        msg = f"{what} is not 32 bytes in base64"
        raise BadKey(msg)
    return raw


def encoded(key: Ed25519PublicKey) -> str:
    """A public key as the file carries it."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def pem(key: Ed25519PublicKey) -> str:
    """A public key as other programs read it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """Its short name: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return sha256_hex(key.public_bytes(Encoding.Raw, PublicFormat.Raw))[:16]


def sign(key: Ed25519PrivateKey, sha256: str) -> dict[str, str]:
    """The `signature` of a file with this hash. The same key and hash, the same signature."""
    public = key.public_key()
    return {
        "algorithm": ALGORITHM,
        "key_id": key_id(public),
        "public_key": encoded(public),
        "value": base64.b64encode(key.sign(message(sha256))).decode(),
    }


def fault(signature: Mapping[str, str], sha256: str, *, given: Ed25519PublicKey | None = None) -> str | None:
    """What is wrong with a file's signature, None if it is good: by the key `given`, else by the one it carries."""
    if signature.keys() != PARTS or signature["algorithm"] != ALGORITHM:
        return f"signature: it must have {', '.join(sorted(PARTS))}, and the algorithm {ALGORITHM}"
    try:
        carried = public_key(signature["public_key"])
    except BadKey as bad:
        return f"signature: {bad}"
    if signature["key_id"] != key_id(carried):
        return f"signature: key_id is {signature['key_id']}, that of the key in the file is {key_id(carried)}"
    if given is not None and encoded(given) != encoded(carried):
        return f"signature: the file was signed with the key {key_id(carried)}, not with the one given, {key_id(given)}"
    try:
        carried.verify(base64.b64decode(signature["value"], validate=True), message(sha256))
    except (InvalidSignature, ValueError):
        return f"signature: it is not that of this content by the key {key_id(carried)}"
    return None
