"""P7M: one or more CAdES envelopes with a PDF at the bottom."""

import base64
import binascii
from io import BytesIO
from pathlib import Path

from portal.documents.inspectors import Refused, cms, pdf

ENVELOPES = 5


def look(file: Path, _keep: Path, _kind: str) -> dict[str, object]:
    """Pages of the PDF inside, and every signature: of the envelopes, outermost first, then of the PDF itself."""
    content, signatures = file.read_bytes(), []
    for _ in range(ENVELOPES):
        signed = cms.parse(_binary(content))
        content = signed["encap_content_info"]["content"].native
        if not isinstance(content, bytes):
            raise Refused("NotADocument")
        signatures += cms.signatures(signed, content, form="cades")
        if content.startswith(b"%PDF-"):
            pages, inner = pdf.check(BytesIO(content), None)
            return {"pages": pages, "signatures": signatures + inner}
        if content[:1] not in {b"\x30", b"M", b"-"}:
            break
    raise Refused("NotADocument")


def _binary(content: bytes) -> bytes:
    """The envelope out of base64 or PEM, where it is in one."""
    if content[:1] == b"\x30":
        return content
    text = b"".join(line for line in content.splitlines() if not line.startswith(b"-----"))
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as broken:
        raise Refused("Damaged") from broken
