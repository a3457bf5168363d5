"""Sectors that buyers name: divisions of ATECO, which are NACE's own, in words that a buyer would use."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

SECTORS: Final[Mapping[str, Any]] = {
    "01": _l("Agricoltura"),
    "08": _l("Pietre e minerali"),
    "10": _l("Alimentari"),
    "11": _l("Bevande"),
    "13": _l("Tessile"),
    "14": _l("Abbigliamento"),
    "15": _l("Pelle e calzature"),
    "16": _l("Legno"),
    "17": _l("Carta"),
    "18": _l("Stampa"),
    "20": _l("Chimica e cosmetici"),
    "21": _l("Farmaceutica"),
    "22": _l("Gomma e plastica"),
    "23": _l("Vetro, ceramica, materiali da costruzione"),
    "24": _l("Metalli"),
    "25": _l("Prodotti in metallo"),
    "26": _l("Elettronica e ottica"),
    "27": _l("Apparecchi elettrici"),
    "28": _l("Macchinari"),
    "29": _l("Veicoli e componenti"),
    "30": _l("Altri mezzi di trasporto"),
    "31": _l("Mobili"),
    "32": _l("Gioielli, strumenti medici, articoli sportivi"),
    "33": _l("Manutenzione e installazione di macchine"),
    "35": _l("Energia"),
    "38": _l("Rifiuti e riciclo"),
    "41": _l("Costruzione di edifici"),
    "42": _l("Infrastrutture"),
    "43": _l("Impianti e finiture"),
    "46": _l("Commercio all'ingrosso"),
    "47": _l("Commercio al dettaglio"),
    "49": _l("Trasporti"),
    "52": _l("Logistica e magazzini"),
    "55": _l("Alberghi"),
    "56": _l("Ristorazione"),
    "62": _l("Software"),
    "70": _l("Consulenza"),
    "71": _l("Ingegneria e architettura"),
    "72": _l("Ricerca e sviluppo"),
    "74": _l("Design"),
    "79": _l("Turismo"),
    "85": _l("Istruzione"),
    "86": _l("Sanità"),
}


def label(code: str) -> str:
    """`28 Macchinari`; a division without a word of ours is its number."""
    return f"{code} {SECTORS[code]}" if code in SECTORS else code
