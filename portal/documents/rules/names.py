"""Names of files: what a sender wrote, made harmless to show and to send back."""

import re
import unicodedata
from urllib.parse import quote

from portal.documents.rules import Kind

LONGEST = 120
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\"*/:<>?\\|;]+")
_ENDINGS = {Kind.JPEG: (".jpg", ".jpeg"), Kind.P7M: (".p7m",)}


def tidy(name: str, kind: Kind) -> str:
    """`name` without path, controls or tricks of direction, at most 120 characters, ending as its content says."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    bare = " ".join(_FORBIDDEN.sub(" ", bare).split()).strip(". ") or "documento"
    endings = _ENDINGS.get(kind, (kind.suffix,))
    if bare.lower().endswith(endings):
        stem, ending = bare[: bare.rfind(".")], bare[bare.rfind(".") :]
    else:
        stem, ending = bare, kind.suffix
    return stem[: LONGEST - len(ending)].rstrip(". ") + ending


def disposition(name: str) -> str:
    """A `Content-Disposition` that saves under `name` (RFC 6266): plain for old browsers, UTF-8 for the others."""
    clean = " ".join(_FORBIDDEN.sub(" ", name).split()) or "documento"
    plain = unicodedata.normalize("NFKD", clean).encode("ascii", "ignore").decode().replace("%", "_") or "documento"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
