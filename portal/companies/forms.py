"""Shapes of what a firm says of itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from typing_extensions import override
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.forms import address_field, name_field, stripped
from portal.accounts.rules import MembershipKind, Scope
from portal.companies.rules import ateco, places
from portal.companies.rules.enterprise import HolderKind, Side
from portal.companies.rules.places import Municipality
from portal.companies.rules.profile import (
    Activity,
    Figures,
    HoldingFacts,
    Identity,
    Person,
    Representatives,
    Seats,
    YearFigures,
)
from portal.kernel.values import compact, is_codice_fiscale, is_partita_iva, is_pec, is_rea, is_tax_code
from portal.web.forms import DayField, DecimalNumberField, Is, NumberField, PercentField, PortalForm, Rows, TypedField

_ONE_LINE = Regexp(
    r"^[^\x00-\x1f\x7f\u2028\u2029<>]*$", message=_l("Il testo contiene caratteri che non si possono usare.")
)
_MOST_EUR = 10**13
_MOST_SECONDARY = 5
_BLANK_ROWS = 2
_NAMED = re.compile(r"(.+?)\s*\(([A-Za-z]{2})\)")


def _upper(text: str | None) -> str:
    return stripped(text).upper()


def _or_none(text: str | None) -> str | None:
    return text or None


def _line(label: Any, most: int, *, required: Any = None, **more: Any) -> Field:  # noqa: ANN401 - lazy texts
    """One line of text; `required` is what is said when it is missing."""
    first = InputRequired(required) if required else Optional()
    too_long = _l("Il testo supera i %(most)s caratteri.", most=most)
    return StringField(
        label, filters=[stripped], validators=[first, Length(max=most, message=too_long), _ONE_LINE], **more
    )


class MunicipalityField(TypedField):
    """A municipality by its name, by `Nome (XX)`, or by ISTAT's code -> Municipality."""

    wrong = _l("Questo comune non è nell'elenco dell'ISTAT: scrivi il nome e, se serve, la provincia: Samone (TO).")

    @override
    def parse(self, text: str) -> Municipality:
        named = _NAMED.fullmatch(text)
        found = places.find(text) or (
            places.find_by_name(named[1], named[2].upper()) if named else places.find_by_name(text)
        )
        if found is None:
            raise ValueError(text)
        return found

    @override
    def show(self, value: Municipality) -> str:
        return value.label

    def _value(self) -> str:
        return self.show(self.data) if self.data else super()._value()


class NewCompanyForm(PortalForm):
    """A firm that is not in the portal yet."""

    vat = StringField(
        _l("Partita IVA"),
        filters=[compact],
        validators=[Is(is_partita_iva, _l("La partita IVA non è corretta: controlla le 11 cifre."))],
        render_kw={"inputmode": "numeric"},
    )
    tax_code = StringField(
        _l("Codice fiscale dell'impresa"),
        filters=[compact],
        validators=[Optional(), Is(is_tax_code, _l("Il codice fiscale non è corretto."))],
        description=_l("Solo se è diverso dalla partita IVA, come per le ditte individuali."),
    )
    legal_name = _line(_l("Denominazione o ragione sociale"), 200, required=_l("Scrivi la denominazione."))
    legal_form = _line(
        _l("Forma giuridica"),
        100,
        required=_l("Scrivi la forma giuridica."),
        description=_l("Per esempio S.r.l., S.p.A., ditta individuale."),
    )


class SectionForm(PortalForm):
    """One part of the profile; `seen` is what the writer had before them."""

    seen = HiddenField()


class IdentityForm(SectionForm):
    """Who the firm is."""

    legal_name = _line(_l("Denominazione o ragione sociale"), 200, required=_l("Scrivi la denominazione."))
    legal_form = _line(_l("Forma giuridica"), 100, required=_l("Scrivi la forma giuridica."))
    is_sole_trader = BooleanField(_l("È una ditta individuale"))
    tax_code = StringField(
        _l("Codice fiscale dell'impresa"),
        filters=[compact],
        validators=[
            Is(is_tax_code, _l("Il codice fiscale non è corretto: 11 cifre, o 16 caratteri per una ditta individuale."))
        ],
    )
    rea = StringField(
        _l("Numero REA"),
        filters=[_upper],
        validators=[Optional(), Is(is_rea, _l("Il numero REA si scrive con la provincia: MI-1234567."))],
    )
    founded_on = DayField(_l("Data di costituzione"), validators=[Optional()])
    pec = EmailField(
        _l("Indirizzo PEC"),
        filters=[stripped],
        validators=[Optional(), Length(max=254), Is(is_pec, _l("L'indirizzo PEC non è scritto bene."))],
    )
    phone = StringField(
        _l("Telefono"),
        filters=[stripped],
        validators=[
            Optional(),
            Regexp(r"^\+?[0-9 ()./-]{5,30}$", message=_l("Scrivi solo cifre, spazi e il prefisso: +39 02 1234567.")),
        ],
    )
    website = StringField(
        _l("Sito web"),
        filters=[stripped],
        validators=[
            Optional(),
            Length(max=200),
            Regexp(
                r"^https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(/[^\s<>\"']*)?$",
                message=_l("Scrivi l'indirizzo intero: https://www.impresa.it."),
            ),
        ],
    )

    def part(self) -> Identity:
        """What was typed."""
        return Identity(
            legal_name=self.legal_name.data,
            legal_form=self.legal_form.data,
            is_sole_trader=self.is_sole_trader.data,
            tax_code=self.tax_code.data,
            rea=_or_none(self.rea.data),
            founded_on=self.founded_on.data,
            pec=_or_none(self.pec.data),
            phone=_or_none(self.phone.data),
            website=_or_none(self.website.data),
        )

    @staticmethod
    def values(part: Identity) -> dict[str, Any]:
        """What the fields show."""
        return asdict(part)


def _postcode() -> Field:
    return StringField(
        _l("CAP"),
        filters=[stripped],
        validators=[Optional(), Regexp(r"^[0-9]{5}$", message=_l("Il CAP ha 5 cifre."))],
        render_kw={"inputmode": "numeric", "autocomplete": "postal-code"},
    )


class SeatsForm(SectionForm):
    """Where the firm is. The province comes with the municipality."""

    address = _line(_l("Indirizzo e numero civico"), 200)
    municipality = MunicipalityField(
        _l("Comune"), validators=[InputRequired(_l("Scegli il comune della sede legale."))]
    )
    postcode = _postcode()
    site_address = _line(_l("Indirizzo e numero civico"), 200)
    site_municipality = MunicipalityField(_l("Comune"), validators=[Optional()])
    site_postcode = _postcode()

    def validate_site_address(self, field: Field) -> None:
        """An operating site has a municipality."""
        if field.data and not self.site_municipality.raw_data[0].strip():
            raise ValidationError(_l("Scegli anche il comune della sede operativa."))

    def part(self) -> Seats:
        """What was typed; the province and the code are ISTAT's."""
        place: Any = self.municipality.data
        site: Any = self.site_municipality.data
        return Seats(
            address=_or_none(self.address.data),
            municipality=place.name,
            municipality_code=place.code,
            province=place.province,
            postcode=_or_none(self.postcode.data),
            site_address=_or_none(self.site_address.data) if site else None,
            site_municipality=site.name if site else None,
            site_municipality_code=site.code if site else None,
            site_province=site.province if site else None,
            site_postcode=_or_none(self.site_postcode.data) if site else None,
        )

    @staticmethod
    def values(part: Seats) -> dict[str, Any]:
        """What the fields show."""
        return asdict(part) | {
            "municipality": places.find(part.municipality_code or ""),
            "site_municipality": places.find(part.site_municipality_code or ""),
        }


class ActivityForm(SectionForm):
    """What the firm does; the page says in which edition."""

    ateco_edition = HiddenField(validators=[InputRequired()])
    ateco_primary = StringField(
        _l("Codice ATECO dell'attività primaria"),
        filters=[stripped],
        validators=[InputRequired(_l("Scegli l'attività primaria."))],
    )
    ateco_secondary = Rows(
        StringField(_l("Altra attività"), filters=[stripped], validators=[Optional()]),
        min_entries=_MOST_SECONDARY,
        max_entries=20,
    )

    def validate_ateco_edition(self, field: Field) -> None:
        """One of ISTAT's."""
        if field.data not in ateco.EDITIONS:
            raise ValidationError(_l("Scegli l'edizione ATECO: 2007, 2022 o 2025."))

    def validate_ateco_primary(self, field: Field) -> None:
        """A code of that edition."""
        self._check(field)

    def validate_ateco_secondary(self, field: Field) -> None:
        """Codes of that edition."""
        for entry in field.entries:
            if entry.data:
                try:
                    self._check(entry)
                except ValidationError as wrong:
                    entry.errors = [*entry.errors, str(wrong)]
        if any(entry.errors for entry in field.entries):
            raise ValidationError(_l("Controlla i codici delle altre attività."))

    def _check(self, field: Field) -> None:
        edition = self.ateco_edition.data
        if edition in ateco.EDITIONS and ateco.find(field.data, edition) is None:
            message = _l(
                "Il codice «%(code)s» non esiste in ATECO %(edition)s: cercalo scrivendo una parola dell'attività.",
                code=field.data[:20],
                edition=edition,
            )
            raise ValidationError(message)

    def part(self) -> Activity:
        """What was typed, as ISTAT writes it; each code once."""
        edition = self.ateco_edition.data
        primary = ateco.find(self.ateco_primary.data, edition)
        others = (ateco.find(text, edition) for text in self.ateco_secondary.data if text)
        codes = dict.fromkeys(one.code for one in others if one and primary and one.code != primary.code)
        return Activity(
            ateco_edition=edition, ateco_primary=primary.code if primary else None, ateco_secondary=tuple(codes)
        )

    @staticmethod
    def values(part: Activity) -> dict[str, Any]:
        """What the fields show."""
        return asdict(part) | {"ateco_secondary": list(part.ateco_secondary)}


def _awu() -> Field:
    return DecimalNumberField(
        _l("ULA"),
        places=2,
        validators=[Optional(), NumberRange(min=0, max=10_000_000, message=_l("Le ULA non possono essere negative."))],
    )


def _eur(label: Any) -> Field:  # noqa: ANN401 - a lazy text
    return NumberField(
        label,
        validators=[Optional(), NumberRange(min=0, max=_MOST_EUR, message=_l("L'importo non può essere negativo."))],
    )


def _pct(label: Any) -> Field:  # noqa: ANN401 - a lazy text
    return PercentField(
        label,
        places=4,
        validators=[Optional(), NumberRange(min=0, max=100, message=_l("Una percentuale va da 0 a 100."))],
    )


class FiguresRow(Form):
    """Headcount and money of one year or one firm."""

    awu = _awu()
    turnover_eur = _eur(_l("Fatturato (€)"))
    balance_eur = _eur(_l("Totale di bilancio (€)"))

    def is_blank(self) -> bool:
        """Nothing typed."""
        return not any((field.raw_data or [""])[0].strip() for field in self if field.type != "HiddenField")

    def check_whole(self) -> bool:
        """All three, or an error beside what is missing."""
        lacking = [
            field
            for field in (self.awu, self.turnover_eur, self.balance_eur)
            if field.data is None and not field.errors
        ]
        for field in lacking:
            field.errors = [*field.errors, str(_l("Manca questo dato: se è zero, scrivi 0."))]
        return not lacking

    def figures(self) -> dict[str, Any]:
        """As the contract has them."""
        return {
            "awu": _plain(self.awu.data),
            "turnover_eur": self.turnover_eur.data,
            "balance_eur": self.balance_eur.data,
        }


class YearRow(FiguresRow):
    """One closed year; the year itself is the page's."""

    export_share = _pct(_l("Export sul fatturato (%)"))


class FiguresForm(SectionForm):
    """Three closed years, the latest first."""

    years = Rows(FormField(YearRow), min_entries=3, max_entries=3)
    merged = BooleanField(_l("Nell'ultimo esercizio c'è stata una fusione o un'acquisizione del controllo"))

    def validate_years(self, field: Field) -> None:
        """A year is whole or absent."""
        whole = [entry.form.check_whole() for entry in field.entries if not entry.form.is_blank()]
        if not all(whole):
            raise ValidationError(_l("Completa gli esercizi che hai iniziato, o svuotali."))

    def part(self, years: Sequence[int]) -> Figures:
        """What was typed, for the years that the page showed, latest first."""
        rows = [
            YearFigures(
                year=year,
                awu=entry.form.awu.data,
                turnover_eur=entry.form.turnover_eur.data,
                balance_eur=entry.form.balance_eur.data,
                export_share=entry.form.export_share.data,
            )
            for year, entry in zip(years, self.years.entries, strict=True)
            if not entry.form.is_blank()
        ]
        return Figures(years=tuple(sorted(rows, key=lambda row: row.year)), merged=self.merged.data)

    @staticmethod
    def values(part: Figures, years: Sequence[int]) -> dict[str, Any]:
        """What the fields show."""
        known = {one.year: asdict(one) for one in part.years}
        return {"years": [known.get(year, {}) for year in years], "merged": part.merged}


class PersonRow(Form):
    """A representative; a row left blank is none."""

    full_name = _line(_l("Nome e cognome"), 120)
    tax_code = StringField(
        _l("Codice fiscale"),
        filters=[compact],
        validators=[Optional(), Is(is_codice_fiscale, _l("Il codice fiscale della persona non è corretto."))],
    )
    role = _line(_l("Carica"), 80, description=_l("Per esempio amministratore unico, presidente, titolare."))


class RepresentativesForm(SectionForm):
    """Who signs for the firm."""

    people = Rows(FormField(PersonRow), min_entries=1, max_entries=10)

    def validate_people(self, field: Field) -> None:
        """A row is whole or blank; somebody signs."""
        for entry in field.entries:
            typed = [entry.form.full_name, entry.form.tax_code, entry.form.role]
            if any(one.data for one in typed):
                for one in typed:
                    if not one.data and not one.errors:
                        one.errors = [str(_l("Completa questo dato del rappresentante."))]
        if any(one.errors for entry in field.entries for one in entry.form):
            raise ValidationError(_l("Completa i dati dei rappresentanti."))

    def part(self) -> Representatives:
        """What was typed."""
        people = (
            Person(full_name=row.full_name.data, tax_code=row.tax_code.data, role=row.role.data)
            for row in (entry.form for entry in self.people.entries)
            if row.full_name.data
        )
        return Representatives(people=tuple(sorted(people, key=lambda one: (one.full_name, one.tax_code))))

    @staticmethod
    def values(part: Representatives) -> dict[str, Any]:
        """What the fields show: those known, and one blank row."""
        return {"people": [*(asdict(one) for one in part.people), {}][:10]}


HOLDER_WORDS = {
    HolderKind.ENTERPRISE: _l("Impresa"),
    HolderKind.NATURAL_PERSON: _l("Persona fisica"),
    HolderKind.UNIVERSITY: _l("Università o centro di ricerca senza scopo di lucro"),
    HolderKind.VENTURE_CAPITAL: _l("Società di capitale di rischio"),
    HolderKind.BUSINESS_ANGEL: _l("Business angel"),
    HolderKind.INSTITUTIONAL_INVESTOR: _l("Investitore istituzionale, fondo regionale"),
    HolderKind.PUBLIC_INVESTMENT_COMPANY: _l("Società pubblica di partecipazione"),
    HolderKind.LOCAL_AUTHORITY: _l("Ente locale (Comune, Provincia…)"),
    HolderKind.PUBLIC_BODY: _l("Altro ente pubblico"),
}
SIDE_WORDS = {
    Side.UPSTREAM: _l("Detiene una quota della nostra impresa"),
    Side.DOWNSTREAM: _l("La nostra impresa ne detiene una quota"),
}


class LinkedRow(FiguresRow):
    """A firm linked to the neighbour."""

    holder = _line(_l("Denominazione"), 80)


class PartnerRow(LinkedRow):
    """A partner of the neighbour."""

    capital_pct = _pct(_l("Quota (%)"))


class HoldingForm(SectionForm):
    """One neighbour, in the words of the size test."""

    holder = _line(_l("Nome o denominazione"), 200, required=_l("Scrivi il nome o la denominazione."))
    tax_code = StringField(
        _l("Codice fiscale"),
        filters=[compact],
        validators=[Optional(), Is(is_tax_code, _l("Il codice fiscale non è corretto. Se è estera, lascia vuoto."))],
    )
    kind = SelectField(
        _l("Che cos'è"),
        validators=[InputRequired()],
        choices=[SelectChoice(kind.value, words) for kind, words in HOLDER_WORDS.items()],
    )
    side = RadioField(
        _l("Verso"),
        choices=[SelectChoice(side.value, words) for side, words in SIDE_WORDS.items()],
        validators=[InputRequired(_l("Indica chi detiene la quota."))],
    )
    capital_pct = _pct(_l("Quota del capitale (%)"))
    votes_pct = _pct(_l("Quota dei voti (%)"))
    controls = BooleanField(
        _l("C'è controllo in altro modo"),
        description=_l(
            "Nomina la maggioranza degli amministratori, ha un'influenza dominante per contratto o statuto, "
            "o controlla con un patto fra soci."
        ),
    )
    figures = FormField(FiguresRow)
    consolidated = BooleanField(_l("È già compresa nel nostro bilancio consolidato"))
    budget_eur = _eur(_l("Bilancio annuale dell'ente (€)"))
    inhabitants = NumberField(_l("Abitanti"), validators=[Optional(), NumberRange(min=0, max=100_000_000)])
    invested_eur = _eur(_l("Investimento complessivo del business angel (€)"))
    linked_to = SelectMultipleField(
        _l("È collegata a, o agisce insieme a"),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    linked = Rows(FormField(LinkedRow), min_entries=1, max_entries=30)
    partners = Rows(FormField(PartnerRow), min_entries=1, max_entries=30)

    def offer(self, others: Iterable[tuple[UUID, str]]) -> "HoldingForm":
        """The other neighbours that this one may be linked to."""
        self.linked_to.choices = [SelectChoice(str(id_), name) for id_, name in others]
        return self

    def validate_side(self, field: Field) -> None:
        """Nobody owns a person."""
        if field.data == Side.DOWNSTREAM and self.kind.data in {HolderKind.NATURAL_PERSON, HolderKind.BUSINESS_ANGEL}:
            raise ValidationError(_l("Una persona può detenere una quota dell'impresa, non il contrario."))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - as WTForms does
        """There is some tie, and the figures are whole or absent."""
        is_valid: bool = super().validate(extra_validators)
        figures = self.figures.form
        return all((is_valid, self._check_tie(), figures.is_blank() or figures.check_whole()))

    def _check_tie(self) -> bool:
        is_tied = self.controls.data or self.votes_pct.data is not None or self.capital_pct.data is not None
        if not is_tied and not self.capital_pct.errors and not self.votes_pct.errors:
            wrong = _l("Indica la quota del capitale o dei voti, oppure il controllo.")
            self.capital_pct.errors = [str(wrong)]
        return is_tied

    def validate_linked(self, field: Field) -> None:
        """Rows whole or blank."""
        _check_rows(field)

    def validate_partners(self, field: Field) -> None:
        """Rows whole or blank, each with its share."""
        for entry in field.entries:
            share = entry.form.capital_pct
            if not entry.form.is_blank() and share.data is None and not share.errors:
                share.errors = [str(_l("Indica la quota."))]
        _check_rows(field)

    def facts(self) -> HoldingFacts:
        """What was typed, as the contract has it."""
        relation: dict[str, Any] = {
            "kind": self.kind.data,
            "side": self.side.data,
            "controls": self.controls.data,
            "consolidated": self.consolidated.data,
            "linked_to": sorted(self.linked_to.data or []),
        }
        for name in ("capital_pct", "votes_pct"):
            if self[name].data is not None:
                relation[name] = _plain(self[name].data)
        for name in ("budget_eur", "inhabitants", "invested_eur"):
            if self[name].data is not None:
                relation[name] = self[name].data
        if not self.figures.form.is_blank():
            relation["figures"] = self.figures.form.figures()
        relation["linked"] = [{"id": row.holder.data, "figures": row.figures()} for row in _filled(self.linked)]
        relation["partners"] = [
            {"id": row.holder.data, "capital_pct": _plain(row.capital_pct.data), "figures": row.figures()}
            for row in _filled(self.partners)
        ]
        return HoldingFacts(holder=self.holder.data, tax_code=_or_none(self.tax_code.data), relation=relation)

    @staticmethod
    def values(facts: HoldingFacts) -> dict[str, Any]:
        """What the fields show: the rows known, and some blank."""
        relation = dict(facts.relation)

        def rows(name: str) -> list[dict[str, Any]]:
            known = [
                {"holder": one.get("id"), "capital_pct": _decimal(one.get("capital_pct")), **_shown(one.get("figures"))}
                for one in relation.get(name, ())
            ]
            return [*known, *({} for _ in range(_BLANK_ROWS))]

        return relation | {
            "holder": facts.holder,
            "tax_code": facts.tax_code,
            "capital_pct": _decimal(relation.get("capital_pct")),
            "votes_pct": _decimal(relation.get("votes_pct")),
            "figures": _shown(relation.get("figures")),
            "linked": rows("linked"),
            "partners": rows("partners"),
        }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 - a number of JSON
    return None if value is None else Decimal(str(value))


def _shown(figures: dict[str, Any] | None) -> dict[str, Any]:
    return {**figures, "awu": _decimal(figures["awu"])} if figures else {}


def _filled(field: Field) -> list[Any]:
    return [entry.form for entry in field.entries if not entry.form.is_blank()]


def _check_rows(field: Field) -> None:
    for row in _filled(field):
        row.check_whole()
        if not row.holder.data and not row.holder.errors:
            row.holder.errors = [str(_l("Scrivi la denominazione."))]
    if any(one.errors for row in _filled(field) for one in row):
        raise ValidationError(_l("Completa le righe che hai iniziato, o svuotale."))


class PressForm(PortalForm):
    """Nothing but a button."""


class ColleagueForm(PortalForm):
    """Someone of the firm."""

    full_name = name_field()
    email = address_field()

    def scope(self, today: Any) -> Scope:  # noqa: ANN401 - a date
        """From today, without end."""
        return Scope(valid_from=today, valid_until=None)


class DelegateForm(PortalForm):
    """Someone outside the firm, under a mandate."""

    full_name = name_field()
    email = address_field()
    valid_from = DayField(_l("Dal giorno"), validators=[InputRequired(_l("Scrivi da quando vale."))])
    valid_until = DayField(_l("Fino al giorno compreso"), validators=[InputRequired(_l("Scrivi fino a quando vale."))])
    call = SelectField(_l("Per quale bando"), validators=[InputRequired()])
    may_submit = BooleanField(_l("Può anche inviare e ritirare le domande"), default=True)
    deed = TextAreaField(
        _l("Estremi della procura"),
        filters=[stripped],
        validators=[
            InputRequired(_l("Scrivi gli estremi della procura.")),
            Length(min=5, max=500, message=_l("Da 5 a 500 caratteri.")),
        ],
        description=_l("Data, tipo di atto e chi l'ha firmata. La procura firmata si allega alla domanda."),
    )

    def offer(self, calls: Sequence[tuple[UUID, str]]) -> "DelegateForm":
        """The calls to choose from."""
        self.call.choices = [
            SelectChoice("all", _l("Tutti i bandi")),
            *(SelectChoice(str(id_), title) for id_, title in calls),
        ]
        return self

    def scope(self, _today: Any) -> Scope:  # noqa: ANN401 - a date
        """What was granted."""
        first: Any = self.valid_from.data
        return Scope(
            valid_from=first,
            valid_until=self.valid_until.data,
            call_id=None if self.call.data == "all" else UUID(self.call.data),
            may_submit=self.may_submit.data,
            deed=self.deed.data,
        )


MEMBER_WORDS = {
    MembershipKind.OWNER: _l("Titolare dell'accesso"),
    MembershipKind.COLLEAGUE: _l("Collega"),
    MembershipKind.DELEGATE: _l("Delegato"),
}
