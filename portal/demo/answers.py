"""What a firm would write: typed as a person types, read by the same rules as a page."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from portal.applications.rules.answers import Json, Stored, read
from portal.applications.rules.completeness import is_asked
from portal.applications.rules.prefill import prefilled
from portal.applications.service import Change
from portal.calls.rules.content import CallContent, FieldType, FormField
from portal.demo.firms import Firm

T = FieldType

GOALS = (
    "Vogliamo aprire un canale stabile con due importatori specializzati e arrivare al 10 % del fatturato in tre anni.",
    "Cerchiamo un distributore che tratti già {goods} e serva la grande distribuzione; oggi nel Paese non vendiamo.",
    "Dopo due fiere abbiamo contatti tiepidi: il percorso serve a trasformarli in ordini con un piano e un referente.",
)
BARRIERS = (
    "Dazi assenti, ma servono etichette nella lingua locale e un certificato di conformità che stiamo completando.",
    "La concorrenza dei produttori locali è forte sul prezzo: puntiamo sulla qualità e su consegne in dieci giorni.",
    "Il mercato è frammentato e poco noto: ci serve una selezione di controparti affidabili e un primo incontro.",
)
VALUES = (
    "Produciamo {goods} con filiera corta e tracciata; lotti piccoli, campionatura in una settimana, materie riciclate.",
    "Il nostro {goods} riduce gli scarti del cliente del 15 %: lo dimostrano i dati di tre clienti tedeschi.",
    "Disegno italiano, certificazioni ambientali, assistenza in inglese e francese entro ventiquattro ore.",
)
RESOURCES = (
    "Una persona a metà tempo, il titolare per gli incontri, 12.000 euro l'anno per campioni e viaggi.",
    "L'ufficio export (due persone) e un agente; budget di 25.000 euro già approvato dai soci.",
    "La figlia del titolare, che parla inglese e francese, seguirà il progetto a tempo pieno.",
)
RESULTS = (
    "Cinque incontri qualificati e due offerte inviate.",
    "Un primo ordine di prova e un accordo di distribuzione in bozza.",
    "Tre clienti attivi e il 4 % del fatturato dal nuovo mercato.",
)
LONG = (*GOALS, *BARRIERS, *VALUES, *RESOURCES)
WORDS_BY_KEY: dict[str, tuple[str, ...]] = {
    "goals": GOALS,
    "market_barriers": BARRIERS,
    "value_proposition": VALUES,
    "resources": RESOURCES,
    "expected_6m": RESULTS,
    "expected_12m": RESULTS,
    "representative_birthplace": ("Milano",),
    "certifications": ("ISO 9001", "ISO 9001, ISO 14001", "Nessuna"),
}
COUNTRIES = ("DE", "FR", "ES", "PL", "GB", "US", "CH", "RO")
SAID = {"delegate": False, "differs": False, "consolidated": False, "exempt": False}


def filled(content: CallContent, firm: Firm, profile: Mapping[str, Any], *, random: Random, on: date) -> list[Change]:
    """The answers of a firm to every question that is put to it, and its declarations."""
    fields = {field.key: field for field in content.form.fields()}
    known = prefilled(fields.values(), profile)
    values: dict[str, Json] = {}
    for key, field in fields.items():
        if not is_asked(field.condition, _stored(values), fields):
            continue
        value = known.get(key)
        if value is None:
            value = read(field, typed(field, firm, random=random, on=on)).value
        if value is not None:
            values[key] = value
    changes = [Change(key=key, value=value) for key, value in values.items()]
    return [*changes, *(Change(key=one.key, value=True) for one in content.declarations if one.required)]


def _stored(values: Mapping[str, Json]) -> dict[str, Stored]:
    return {key: Stored(value=value) for key, value in values.items()}


def typed(field: FormField, firm: Firm, *, random: Random, on: date) -> Json:
    """As a person of the firm would type it."""
    if field.type is T.TABLE:
        return _rows(field, firm, random=random, on=on)
    if field.options:
        chosen = random.sample(field.options, k=min(2, len(field.options)))
        return [one.key for one in chosen] if field.type is T.CHOICES else chosen[0].key
    match field.type:
        case T.BOOLEAN:
            return "true" if next((said for word, said in SAID.items() if word in field.key), True) else "false"
        case T.DATE:
            return _day(field, on=on)
        case T.LONGTEXT:
            return _words(field, firm, random)
    return _short(field, firm, random)


def _words(field: FormField, firm: Firm, random: Random) -> str:
    text = random.choice(WORDS_BY_KEY.get(field.key, LONG))
    return text.replace("{goods}", firm.trade.goods_it)[: field.max_length or 2000]


def _day(field: FormField, *, on: date) -> str:
    if "born" in field.key:
        return "14/05/1971"
    later = any(word in field.key for word in ("expire", "expiry", "until"))
    day = on + timedelta(days=400) if later else on - timedelta(days=500)
    return f"{day:%d/%m/%Y}"


def _short(field: FormField, firm: Firm, random: Random) -> str:
    by_type = {
        T.EMAIL: firm.email,
        T.PEC: firm.pec,
        T.PHONE: f"+39 02 {random.randrange(1_000_000, 9_999_999)}",
        T.URL: f"https://www.{firm.email.split('@')[1]}",
        T.VAT: firm.vat,
        T.TAX_CODE: firm.person_tax_code,
        T.REA: firm.rea,
        T.ATECO: firm.ateco,
        T.MUNICIPALITY: firm.place.code,
        T.PROVINCE: firm.place.province,
        T.COUNTRY: random.choice(COUNTRIES),
        T.HS: firm.trade.hs or "491199",
        T.INTEGER: str(random.randint(1, 30)),
        T.DECIMAL: str(random.randint(1, 30)),
        T.MONEY: "10.000,00",
        T.PERCENT: "0" if "public" in field.key else str(int(firm.export_share)),
    }
    if field.type in by_type:
        return by_type[field.type]
    named = {
        "name": firm.person if "goods" not in field.key else firm.trade.goods_it,
        "insurer": "Assicurazioni Lombarde S.p.A.",
        "number": f"CAT-{random.randrange(100_000, 999_999)}",
        "postcode": firm.place.postcode,
        "role": "Amministratore unico",
    }
    text = next((said for word, said in named.items() if word in field.key), None)
    return (text or random.choice(WORDS_BY_KEY.get(field.key, RESULTS)))[: field.max_length or 200]


def _rows(field: FormField, firm: Firm, *, random: Random, on: date) -> list[dict[str, Json]]:
    if field.key == "aids":
        return _aids(random, on=on)
    if not field.required and not field.min_rows and field.key != "markets":
        return []
    row = {column.key: typed(column, firm, random=random, on=on) for column in field.columns}
    if field.key == "products":
        row["name"] = firm.trade.goods_it
    if "passport_expiry" in row:
        row["passport_expiry"] = f"{on + timedelta(days=1500):%d/%m/%Y}"
    return [row for _ in range(max(1, field.min_rows))]


def _aids(random: Random, *, on: date) -> list[dict[str, Json]]:
    """Most firms had no de minimis aid, some had a little, a few are close to the ceiling."""
    fate = random.random()
    if fate > 0.2:  # noqa: PLR2004 - a share of firms
        return []
    amount = "295.000,00" if fate < 0.04 else f"{random.randrange(5, 60)}.000,00"  # noqa: PLR2004
    granted = on - timedelta(days=random.randrange(60, 900))
    row = {"recipient": "own", "body": "Camera di commercio", "granted_on": f"{granted:%d/%m/%Y}", "amount_eur": amount}
    return [row]
