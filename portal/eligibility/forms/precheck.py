"""The pre-check: what a visitor says of the firm, only as much as the call's rules ask for."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from portal.calls.rules.content import CallContent
from portal.companies.rules import ateco
from portal.companies.rules.enterprise import Enterprise
from portal.eligibility.rules.facts import Aid, AidEntry, Company, Facts, Seat
from portal.kernel.clock import ROME
from portal.kernel.values import PROVINCES, compact, is_partita_iva, is_rea
from portal.web.forms import DayField, DecimalNumberField, Is, MoneyField, NumberField, PercentField, PortalForm, Rows
from portal.web.language import current

ROWS = 3
DECLARED = {
    "registration",
    "annual_fee",
    "insolvency",
    "antimafia",
    "procurement_bar",
    "deggendorf",
    "double_funding",
    "durc",
    "declaration",
}
_NEEDED_BY = {
    "vat": set(),
    "rea": {"registration"},
    "ateco_edition": {"ateco_excluded", "ateco_included"},
    "ateco_primary": {"ateco_excluded", "ateco_included"},
    "province": {"territory"},
    "commitment": {"territory"},
    "awu": {"size", "natcat_policy", "de_minimis"},
    "turnover": {"size", "natcat_policy", "de_minimis"},
    "balance": {"size", "natcat_policy", "de_minimis"},
    "neighbours": {"size", "natcat_policy", "de_minimis"},
    "aid_own": {"de_minimis"},
    "aid_linked": {"de_minimis"},
    "policy": {"natcat_policy"},
    "policy_expires_on": {"natcat_policy"},
    "export_share": {"export_share"},
}
_NOT_NEGATIVE = NumberRange(min=0, message=_l("Il valore non può essere negativo."))
_PERCENT = NumberRange(min=0, max=100, message=_l("Scrivi una percentuale tra 0 e 100."))


class NeighbourForm(Form):
    """A firm, body or person that holds the firm, or that it holds."""

    kind = SelectField(
        _l("Chi è"),
        default="enterprise",
        choices=[
            SelectChoice("enterprise", _l("Impresa")),
            SelectChoice("natural_person", _l("Persona fisica")),
            SelectChoice("public_body", _l("Ente pubblico")),
            SelectChoice("local_authority", _l("Ente locale")),
            SelectChoice("university", _l("Università o centro di ricerca")),
            SelectChoice("venture_capital", _l("Società di capitale di rischio")),
            SelectChoice("business_angel", _l("Business angel")),
            SelectChoice("institutional_investor", _l("Investitore istituzionale")),
            SelectChoice("public_investment_company", _l("Società pubblica di partecipazione")),
        ],
    )
    side = SelectField(
        _l("Relazione"),
        default="upstream",
        choices=[
            SelectChoice("upstream", _l("Partecipa nella tua impresa")),
            SelectChoice("downstream", _l("È partecipata")),
        ],
    )
    share = PercentField(_l("Quota"), validators=[Optional(), _PERCENT])
    awu = DecimalNumberField(_l("Addetti (ULA)"), validators=[Optional(), _NOT_NEGATIVE])
    turnover = NumberField(_l("Fatturato"), validators=[Optional(), _NOT_NEGATIVE])
    balance = NumberField(_l("Totale di bilancio"), validators=[Optional(), _NOT_NEGATIVE])

    def validate_side(self, field: SelectField) -> None:
        """A person holds, and is not held."""
        if field.data == "downstream" and self.kind.data in {"natural_person", "business_angel"}:
            raise StopValidation(str(_l("Una persona fisica non può essere partecipata.")))

    def relation(self, place: int) -> dict[str, Any] | None:
        """As the size test reads it; None for a row left blank."""
        if self.share.data is None:
            return None
        figures = {"awu": self.awu.data, "turnover_eur": self.turnover.data, "balance_eur": self.balance.data}
        return {
            "id": str(_l("riga %(number)s", number=place)),
            "kind": self.kind.data,
            "side": self.side.data,
            "capital_pct": self.share.data,
            "votes_pct": self.share.data,
            "figures": None if None in figures.values() else figures,
        }


class PrecheckForm(PortalForm):
    """Everything is optional but what a rule can't do without; what is missing, the rule says."""

    vat = StringField(
        _l("Partita IVA"),
        filters=[compact],
        validators=[Optional(), Is(is_partita_iva, _l("Controlla le 11 cifre della partita IVA."))],
    )
    rea = StringField(
        _l("Numero REA"),
        description=_l("Provincia e numero, per esempio MI-1234567."),
        filters=[lambda text: (text or "").strip().upper().replace(" ", "-")],
        validators=[Optional(), Is(is_rea, _l("Scrivi la provincia e il numero, per esempio MI-1234567."))],
    )
    ateco_primary = StringField(
        _l("Attività principale (codice ATECO)"),
        description=_l("Scrivi una parola dell'attività, o il codice."),
        filters=[lambda text: (text or "").strip()],
        validators=[InputRequired(_l("Indica l'attività principale."))],
    )
    ateco_edition = SelectField(
        _l("Edizione ATECO"),
        choices=[
            SelectChoice("2025", _l("2025 (in vigore)")),
            SelectChoice("2022", _l("2007, aggiornamento 2022")),
            SelectChoice("2007", "2007"),
        ],
        default="2025",
    )
    province = SelectField(_l("Provincia della sede operativa"), validators=[InputRequired(_l("Scegli la provincia."))])
    commitment = BooleanField(_l("Se la sede è altrove: mi impegno ad aprirne una ammessa entro la concessione"))
    awu = DecimalNumberField(
        _l("Addetti (ULA)"),
        description=_l("Unità lavorative annue: chi lavora a metà tempo vale 0,5. Senza apprendisti."),
        validators=[InputRequired(_l("Indica gli addetti, anche 0.")), _NOT_NEGATIVE],
    )
    turnover = NumberField(
        _l("Fatturato"),
        description=_l("Dell'ultimo esercizio chiuso, senza IVA."),
        validators=[InputRequired(_l("Indica il fatturato, anche 0.")), _NOT_NEGATIVE],
    )
    balance = NumberField(
        _l("Totale di bilancio"),
        description=_l("Il totale dell'attivo dell'ultimo esercizio chiuso."),
        validators=[InputRequired(_l("Indica il totale di bilancio, anche 0.")), _NOT_NEGATIVE],
    )
    neighbours = Rows(FormField(NeighbourForm), min_entries=ROWS, max_entries=ROWS)
    aid_own = MoneyField(
        _l("Aiuti de minimis ricevuti negli ultimi tre anni"),
        description=_l("Somma concessa alla tua impresa; 0 se nessuno."),
        validators=[Optional(), _NOT_NEGATIVE],
    )
    aid_linked = MoneyField(
        _l("Aiuti de minimis ricevuti dalle imprese collegate"),
        description=_l("Contano solo le imprese di cui una controlla l'altra; 0 se nessuno."),
        validators=[Optional(), _NOT_NEGATIVE],
    )
    export_share = PercentField(_l("Quota del fatturato realizzata all'estero"), validators=[Optional(), _PERCENT])
    policy = SelectField(
        _l("Polizza contro le calamità naturali"),
        choices=[
            SelectChoice("", _l("Non rispondo")),
            SelectChoice("yes", _l("Sì, ce l'ho")),
            SelectChoice("no", _l("No")),
            SelectChoice("exempt", _l("Non ho terreni, fabbricati, impianti o macchinari da assicurare")),
        ],
        default="",
    )
    policy_expires_on = DayField(_l("Scadenza della polizza"), validators=[Optional()])

    def validate_ateco_primary(self, field: StringField) -> None:
        """The code exists in its edition."""
        edition: ateco.Edition = self.ateco_edition.data if self.ateco_edition.data in ateco.EDITIONS else ateco.CURRENT
        activity = ateco.find(field.data or "", edition)
        if activity is None:
            raise StopValidation(str(_l("Il codice non esiste in questa edizione: cercalo scrivendo una parola.")))
        field.data = activity.code

    def declarations(self) -> list[BooleanField]:
        """The ticks that stand for declarations, in the call's order."""
        return [field for field in self if field.short_name.startswith("d_")]

    def facts(self, content: CallContent, *, now: datetime) -> Facts:
        """What was said, as the rules read it; sums of aid count as granted today."""
        said = {name: field.data for name, field in self._fields.items()}
        return Facts(
            at=now,
            company=_company(said),
            enterprise=_enterprise(self, said, now=now),
            aid=_aid(said, now=now),
            answers=_answers(self, content, said),
        )


def precheck_form(content: CallContent) -> PrecheckForm:
    """The form with the fields that the rules of this call ask for."""
    kinds = {rule.parameters.kind for rule in content.rules}
    ticks = {
        f"d_{rule.id}": BooleanField(rule.title.in_(current()))
        for rule in content.rules
        if rule.parameters.kind in DECLARED
    }
    form: PrecheckForm = type("CallPrecheckForm", (PrecheckForm,), ticks)()
    for name, needing in _NEEDED_BY.items():
        if needing and not needing & kinds:
            del form[name]
    if "province" in form:
        form.province.choices = [SelectChoice("", "")] + [
            SelectChoice(code, f"{name} ({code})") for code, name in PROVINCES.items()
        ]
    if "commitment" in form and not any(getattr(rule.parameters, "commitment", None) for rule in content.rules):
        del form["commitment"]
    return form


def _company(said: dict[str, Any]) -> Company:
    province = said.get("province")
    kinds = ("operating_site", "registered_office") if province else ()
    return Company.model_validate(
        {
            "vat": said.get("vat") or None,
            "rea": said.get("rea") or None,
            "ateco_edition": said.get("ateco_edition") or ateco.CURRENT,
            "ateco_primary": said.get("ateco_primary") or None,
            "seats": [Seat.model_validate({"kind": kind, "province": province}) for kind in kinds],
            "export_share_pct": said.get("export_share"),
        }
    )


def _enterprise(form: PrecheckForm, said: dict[str, Any], *, now: datetime) -> Enterprise | None:
    if said.get("awu") is None:
        return None
    rows = [entry.form.relation(place) for place, entry in enumerate(form.neighbours, start=1)]
    year = {
        "year": now.astimezone(ROME).year - 1,
        "awu": said["awu"],
        "turnover_eur": said["turnover"],
        "balance_eur": said["balance"],
    }
    return Enterprise.model_validate({"years": [year], "relations": [row for row in rows if row]})


def _aid(said: dict[str, Any], *, now: datetime) -> Aid | None:
    own, linked = said.get("aid_own"), said.get("aid_linked")
    if own is None:
        return None
    today = now.astimezone(ROME).date()

    def entries(amount: Decimal) -> list[AidEntry]:
        return [AidEntry(granted_on=today, eur=amount)] if amount else []

    return Aid(own=entries(own), linked=None if linked is None else entries(linked))


def _answers(form: PrecheckForm, content: CallContent, said: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for rule in content.rules:
        parameters = rule.parameters
        if parameters.kind in DECLARED and said.get(f"d_{rule.id}"):
            answers[parameters.declaration] = True  # type: ignore[union-attr]  # every kind of DECLARED has one
        if parameters.kind == "territory" and parameters.commitment and "commitment" in form:
            answers[parameters.commitment] = bool(said["commitment"])
        if parameters.kind == "natcat_policy":
            answers |= {parameters.exempt: said.get("policy") == "exempt"}
            if said.get("policy") == "yes":
                answers |= {parameters.insurer: "…", parameters.number: "…"}
                if said.get("policy_expires_on"):
                    answers[parameters.expires_on] = said["policy_expires_on"].isoformat()
                if parameters.certificate:
                    answers[parameters.certificate] = True
    return answers
