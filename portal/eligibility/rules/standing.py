"""What the firm declares of itself under DPR 445/2000, and what an officer then looks up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from portal.calls.rules.parameters import (
    AnnualFeeParameters,
    AntimafiaParameters,
    DeclarationParameters,
    DeggendorfParameters,
    DoubleFundingParameters,
    DurcParameters,
    InsolvencyParameters,
    ProcurementBarParameters,
)
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.verdicts import Finding, doubtful, failed, missing, passed

Declared = (
    AnnualFeeParameters
    | InsolvencyParameters
    | AntimafiaParameters
    | ProcurementBarParameters
    | DeggendorfParameters
    | DoubleFundingParameters
    | DeclarationParameters
)


@dataclass(frozen=True)
class _Words:
    """`what` follows «dichiara di» and «declares to»; `where` is the register that the officer opens."""

    what_it: str
    what_en: str
    where_it: str = "d'ufficio"
    where_en: str = "with its own means"


_WORDS: Final[dict[str, _Words]] = {
    "annual_fee": _Words(
        "essere in regola con il diritto annuale camerale",
        "have paid the chamber's annual fee",
        "presso la Camera di commercio",
        "with the chamber of commerce",
    ),
    "insolvency": _Words(
        "non essere in liquidazione giudiziale né in altre procedure concorsuali",
        "be in no insolvency procedure",
        "nella visura del Registro delle imprese",
        "in the business register",
    ),
    "antimafia": _Words(
        "non avere cause di divieto, decadenza o sospensione dell'art. 67 D.Lgs. 159/2011",
        "have none of the impediments of art. 67 D.Lgs. 159/2011",
    ),
    "procurement_bar": _Words(
        "non avere condanne che escludono dai contratti pubblici", "have no conviction that bars from public contracts"
    ),
    "deggendorf": _Words(
        "non dover restituire aiuti di Stato illegali (clausola Deggendorf)",
        "have no illegal State aid to pay back (Deggendorf clause)",
        "con la visura Deggendorf del Registro nazionale aiuti",
        "in the Deggendorf list of the national aid register",
    ),
    "double_funding": _Words(
        "non ricevere altri aiuti per gli stessi servizi", "receive no other aid for the same services"
    ),
}


def declared(rule: Declared, case: Case) -> Finding:
    """A declaration: no fails; yes passes, or goes to an officer where the call says so."""
    words = _words(rule, case)
    stated, origin = case.statement(rule.declaration)
    if stated is None:
        return missing(
            f"Manca la dichiarazione: l'impresa deve dichiarare di {words.what_it}.",
            f"The declaration is missing: the firm must declare to {words.what_en}.",
        )
    if origin == "registry":
        return (passed if stated else failed)(
            stated,
            origin,
            f"Verifica d'ufficio {'positiva' if stated else 'negativa'}: {words.what_it}.",
            f"Checked by the office, {'confirmed' if stated else 'not confirmed'}: {words.what_en}.",
        )
    if not stated:
        return failed(
            False,
            origin,
            f"L'impresa non dichiara di {words.what_it}.",
            f"The firm does not declare to {words.what_en}.",
        )
    if rule.verified_by == "officer":
        return doubtful(
            True,
            origin,
            f"L'impresa dichiara di {words.what_it}: l'ufficio lo verifica {words.where_it}.",
            f"The firm declares to {words.what_en}: the office checks it {words.where_en}.",
        )
    return passed(
        True,
        origin,
        f"L'impresa dichiara di {words.what_it} (DPR 445/2000; controlli a campione).",
        f"The firm declares to {words.what_en} (DPR 445/2000; sample checks).",
    )


def _words(rule: Declared, case: Case) -> _Words:
    if rule.kind in _WORDS:
        return _WORDS[rule.kind]
    for declaration in case.content.declarations:
        if declaration.key == rule.declaration:
            return _Words(f"«{declaration.text.it}»", f"“{declaration.text.en}”")
    return _Words(f"«{rule.declaration}»", f"“{rule.declaration}”")


def durc(rule: DurcParameters, case: Case) -> Finding:
    """Contributions regular: by the certificate where an officer has it, else declared and to be asked for."""
    record = case.facts.company.durc
    if record is None:
        return _durc_declared(rule, case)
    value = record.issued_on.isoformat()
    expires_on = record.issued_on + timedelta(days=rule.valid_days)
    if not record.regular:
        return failed(
            value,
            "registry",
            f"Il DURC del {record.issued_on:%d/%m/%Y} è irregolare.",
            f"The DURC of {value} is irregular.",
        )
    if record.issued_on <= case.on <= expires_on:
        return passed(
            value,
            "registry",
            f"DURC regolare del {record.issued_on:%d/%m/%Y}, valido fino al {expires_on:%d/%m/%Y}.",
            f"Regular DURC of {value}, valid until {expires_on.isoformat()}.",
        )
    return doubtful(
        value,
        "registry",
        f"Il DURC del {record.issued_on:%d/%m/%Y} non vale al {case.on:%d/%m/%Y}: va chiesto di nuovo.",
        f"The DURC of {value} does not hold on {case.on.isoformat()}: it must be asked for again.",
    )


def _durc_declared(rule: DurcParameters, case: Case) -> Finding:
    stated, origin = case.statement(rule.declaration)
    if stated is None:
        return missing(
            "Manca la dichiarazione di regolarità contributiva (DURC).",
            "The declaration of regular social contributions (DURC) is missing.",
        )
    if not stated:
        return failed(
            False,
            origin,
            "L'impresa non dichiara la regolarità contributiva (DURC).",
            "The firm does not declare regular social contributions (DURC).",
        )
    return doubtful(
        True,
        origin,
        "L'impresa dichiara la regolarità contributiva: l'ufficio chiede il DURC on line.",
        "The firm declares regular social contributions: the office asks for the DURC.",
    )
