"""Words and terms that several pages use."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from flask_babel import LazyString, lazy_gettext as _l

from portal.awards.models import EndingKind
from portal.awards.rules.ledger import EntryState, Regime

USUAL: Final = Regime(Decimal(300_000))
"""Reg. (EU) 2023/2831, where no call is at hand to say otherwise."""

ENTRY_WORDS: Final[Mapping[EntryState, tuple[LazyString, str]]] = {
    EntryState.DECLARED: (_l("Dichiarato"), "neutral"),
    EntryState.RESERVED: (_l("Prenotato"), "warning"),
    EntryState.GRANTED: (_l("Concesso qui"), "success"),
    EntryState.RELEASED: (_l("Liberato"), "neutral"),
    EntryState.CORRECTED: (_l("Corretto"), "neutral"),
}
ENDING_WORDS: Final[Mapping[EndingKind, LazyString]] = {
    EndingKind.WAIVED: _l("Rinuncia"),
    EndingKind.FORFEITED: _l("Decadenza"),
    EndingKind.REVOKED: _l("Revoca"),
}
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA: Final = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "xml": "application/xml"}
