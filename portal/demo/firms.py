"""Plausible firms: valid numbers, real codes and places, invented names. The same seed, the same firms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from stdnum import luhn

OFFICES = {  # revenue offices that gave out VAT numbers in Lombardy
    "BG": "016", "BS": "017", "CO": "013", "CR": "019", "LC": "013", "LO": "015",
    "MB": "096", "MI": "015", "MN": "020", "PV": "018", "SO": "014", "VA": "012",
}  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A trade: what it is called, its ATECO 2025 codes, its goods with their HS codes."""

    names: tuple[str, ...]
    codes: tuple[str, ...]
    goods_it: str
    goods_en: str
    hs: str
    weight: int


TRADES = (
    Trade(("Tessitura", "Filatura", "Seterie"), ("13.20.00", "13.10.00"), "tessuti in fibre naturali", "natural fibre fabrics", "540710", 12),
    Trade(("Confezioni", "Maglificio", "Sartoria"), ("14.10.20", "14.21.10"), "capi di maglieria", "knitwear", "611020", 8),
    Trade(("Pelletterie", "Calzaturificio"), ("15.12.00", "15.20.10"), "articoli in pelle", "leather goods", "420221", 5),
    Trade(("Caseificio", "Salumificio", "Conserve", "Dolciaria"), ("10.51.20", "10.13.00", "10.39.00", "10.72.00"), "alimenti trasformati", "processed foods", "040690", 12),
    Trade(("Cantina", "Distilleria"), ("11.02.10", "11.01.00"), "vini e distillati", "wines and spirits", "220421", 4),
    Trade(("Macchine Alimentari", "Tecnofood"), ("28.93.00",), "macchine per l'industria alimentare", "food processing machines", "843860", 7),
    Trade(("Macchine Tessili", "Telai"), ("28.94.10",), "macchine per l'industria tessile", "textile machines", "844630", 6),
    Trade(("Officine", "Meccanica", "Utensileria"), ("25.53.00", "25.62.00", "25.63.12"), "lavorazioni meccaniche di precisione", "precision machining", "848790", 14),
    Trade(("Elettronica", "Sensori", "Automazione"), ("26.11.00", "27.12.00", "26.51.29"), "sensori e quadri elettrici", "sensors and switchboards", "853710", 9),
    Trade(("Cosmetica", "Laboratori"), ("20.42.00",), "cosmetici", "cosmetics", "330499", 6),
    Trade(("Materie Plastiche", "Stampi"), ("22.21.00", "22.22.00"), "articoli tecnici in plastica", "technical plastic parts", "392690", 7),
    Trade(("Arredamenti", "Mobilificio"), ("31.00.20",), "mobili su misura", "bespoke furniture", "940360", 6),
    Trade(("Software", "Sistemi"), ("62.10.00",), "software gestionale", "business software", "852349", 3),
    Trade(("Immobiliare",), ("68.20.09",), "locazione di immobili", "letting of real estate", "", 3),
)  # fmt: skip

SURNAMES = (
    "Bianchi", "Colombo", "Ferrari", "Brambilla", "Rota", "Gritti", "Locatelli", "Mantovani", "Galli", "Fumagalli",
    "Villa", "Cattaneo", "Pozzi", "Riva", "Moretti", "Zanetti", "Bonetti", "Ghezzi", "Sala", "Corti", "Valsecchi",
    "Beretta", "Carminati", "Pedretti", "Maffi", "Trezzi", "Bertoli", "Ghilardi", "Savoldi", "Tironi",
)  # fmt: skip
GIVEN = (
    "Anna", "Marco", "Giulia", "Luca", "Elena", "Paolo", "Chiara", "Andrea", "Sara", "Davide", "Laura", "Matteo",
    "Francesca", "Stefano", "Silvia", "Roberto", "Martina", "Giorgio", "Alice", "Simone",
)  # fmt: skip
FORMS = ("S.r.l.", "S.p.A.", "S.n.c.", "S.r.l.", "S.a.s.", "S.r.l.")


@dataclass(frozen=True)
class Place:
    """A municipality with its ISTAT code."""

    name: str
    code: str
    province: str
    postcode: str


@dataclass(frozen=True)
class Firm:
    """What a firm would type about itself."""

    number: int
    legal_name: str
    legal_form: str
    vat: str
    rea: str
    founded_on: date
    place: Place
    address: str
    ateco: str
    trade: Trade
    awu: Decimal
    turnover_eur: Decimal
    balance_eur: Decimal
    export_share: Decimal
    person: str
    person_tax_code: str
    email: str
    pec: str


def vat_number(random: Random, province: str) -> str:
    """A number that passes every check of form and is nobody's on purpose."""
    digits = f"{random.randrange(9_000_000, 9_999_999)}{OFFICES[province]}"
    return digits + luhn.calc_check_digit(digits)


def _figures(random: Random) -> tuple[Decimal, Decimal, Decimal]:
    awu = random.choice((random.randint(2, 9), random.randint(10, 49), random.randint(12, 49), random.randint(50, 210)))
    turnover = awu * random.randint(90_000, 190_000)
    return Decimal(awu), Decimal(turnover), Decimal(turnover * random.randint(55, 95) // 100)


def firms(how_many: int, *, places: list[Place], seed: int = 5217) -> Iterator[Firm]:
    """That many firms of Lombardy, none with the VAT number of another."""
    random = Random(seed)
    weights = [trade.weight for trade in TRADES]
    seen: set[str] = set()
    number = 0
    while number < how_many:
        place = random.choice(places)
        vat = vat_number(random, place.province)
        if vat in seen:
            continue
        seen.add(vat)
        number += 1
        trade = random.choices(TRADES, weights)[0]
        surname, given, form = random.choice(SURNAMES), random.choice(GIVEN), random.choice(FORMS)
        name = f"{random.choice(trade.names)} {surname} {form}"
        slug = f"{surname.lower()}-{number:04d}"
        awu, turnover, balance = _figures(random)
        yield Firm(
            number=number,
            legal_name=name,
            legal_form=form,
            vat=vat,
            rea=f"{place.province}-{random.randrange(100_000, 9_999_999)}",
            founded_on=date(random.randint(1962, 2021), random.randint(1, 12), random.randint(1, 28)),
            place=place,
            address=f"Via {random.choice(SURNAMES)} {random.randint(1, 120)}",
            ateco=random.choice(trade.codes),
            trade=trade,
            awu=awu,
            turnover_eur=turnover,
            balance_eur=balance,
            export_share=Decimal(random.choice((0, 3, 8, 12, 18, 25, 35, 48, 60, 75))),
            person=f"{given} {surname}",
            person_tax_code=tax_code(random, surname, given),
            email=f"{given.lower()}@{slug}.example",
            pec=f"{slug}@pec.example",
        )


def tax_code(random: Random, surname: str, given: str) -> str:
    """A codice fiscale that passes its check digit, for a birthplace in Milan."""
    from stdnum.it.codicefiscale import calc_check_digit  # noqa: PLC0415 - only the demonstration makes one up

    def three(word: str) -> str:
        letters = word.upper()
        consonants = [c for c in letters if c not in "AEIOU"]
        return "".join([*consonants, *(c for c in letters if c in "AEIOU"), "X", "X"][:3])

    head = f"{three(surname)}{three(given)}{random.randint(55, 95)}{random.choice('ABCDEHLMPRST')}"
    body = f"{head}{random.randint(1, 28):02d}F205"
    return body + str(calc_check_digit(body))
