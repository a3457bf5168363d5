"""The blueprint, and the words that several pages use."""

from typing import Any, Final

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from portal.access.rules import State
from portal.documents import rules as files

bp = Blueprint("access", __name__)

WORDS: Final = {
    State.ASKED: (_l("Da esaminare"), "info"),
    State.NOTIFIED: (_l("In attesa dell'impresa interessata"), "warning"),
    State.GRANTED: (_l("Accolta"), "success"),
    State.PARTLY: (_l("Accolta in parte"), "success"),
    State.REFUSED: (_l("Respinta"), "danger"),
    State.DEFERRED: (_l("Differita"), "warning"),
}
DEEDS: Final = {
    "access.asked": _l("Richiesta presentata"),
    "access.notified": _l("Impresa interessata avvisata"),
    "access.answered": _l("Risposta dell'impresa interessata"),
    "access.document_added": _l("Documento caricato"),
    "access.document_removed": _l("Documento tolto"),
    "access.decided": _l("Decisione"),
    "access.downloaded": _l("Documento scaricato"),
}
LARGEST: Final = files.SIZE_LIMIT + files.MEGABYTE


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == f"{bp.name}.add_handout":
        request.max_content_length = LARGEST
