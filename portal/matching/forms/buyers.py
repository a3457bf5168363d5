"""A buyer's profile, in English or Russian, as it is typed; and a buyer whom staff invite."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from babel import Locale
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, Regexp

from portal.kernel.values import is_pec
from portal.matching.forms.firms import CheckboxesField, CountriesField, HsField, country_names
from portal.matching.models import Counterpart, CounterpartDelegate
from portal.matching.rules.buying import MOST_DELEGATES, TURNOVERS
from portal.matching.rules.kinds import PARTNERS, SUPPLIERS
from portal.matching.rules.presenting import SPOKEN
from portal.matching.rules.profiles import MOST_PRODUCTS, BuyerProfile, PartnerType, Product, SupplierType
from portal.matching.rules.sectors import SECTORS, label
from portal.matching.service.buyers import Coming, Contact, Newcomer
from portal.web.forms import Is, PortalForm, Rows
from portal.web.language import current

BLANK_ROWS: Final = 2
NO_COUNTRIES: Final = frozenset({"IT", "ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"})
"""Where no buyer is from: Italy, and what only looks like a country."""
FACTS: Final = ("legal_name", "country", "city", "website", "contact_name", "phone", "language")
YES, NO, UNSAID = "yes", "no", ""
_SHORT = Length(max=200, message=_l("Al massimo 200 caratteri."))
_LONG = Length(max=1000, message=_l("Al massimo 1.000 caratteri."))
_ONE_LINE = Regexp(
    r"^[^\x00-\x1f\x7f\u2028\u2029<>]*$", message=_l("Il testo contiene caratteri che non si possono usare.")
)
_SITE = Regexp(
    r"^(https?://)?[^\s/?#@:]+\.[^\s/?#@:]{2,}([/?#]\S*)?$", message=_l("Scrivi un indirizzo come www.example.com.")
)
_MAIL: Final = Is(is_pec, _l("Scrivi un indirizzo e-mail completo."))
TONGUES: Final = (SelectChoice("en", "English"), SelectChoice("ru", "Русский"))


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def _line(words: Any, *checks: Any, **more: Any) -> StringField:  # noqa: ANN401 - lazy texts
    return StringField(words, filters=[_stripped], validators=[*checks, _SHORT, _ONE_LINE], **more)


def _paragraph(words: Any, rows: int, **more: Any) -> TextAreaField:  # noqa: ANN401
    stripped = [lambda text: (text or "").strip()]
    return TextAreaField(words, filters=stripped, validators=[_LONG], render_kw={"rows": rows}, **more)


def countries() -> list[SelectChoice]:
    """(code, name) of every country but Italy, by name; an empty one first."""
    named = [(code, name) for code, name in country_names(current()).items() if code not in NO_COUNTRIES]
    return [SelectChoice("", ""), *(SelectChoice(*one) for one in sorted(named, key=lambda one: one[1]))]


class GoodsRow(Form):
    """A product that a buyer wants."""

    hs = HsField(_l("Codice HS"), validators=[Optional()])
    name = _line(_l("Prodotto"))
    volume = _line(_l("Quantità all'anno"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        """A name without a code says nothing to a match."""
        good = super().validate(*args, **kwargs)
        if good and (self.name.data or self.volume.data) and not self.hs.data:
            self.hs.errors = [str(_l("Manca il codice HS di questo prodotto."))]
            return False
        return good


class ComingRow(Form):
    """Somebody who comes."""

    full_name = _line(_l("Nome e cognome"))
    role = _line(_l("Ruolo"))
    email = EmailField(_l("E-mail"), filters=[_stripped], validators=[Optional(), _MAIL, _SHORT])
    diet = _line(_l("Esigenze alimentari"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        """A role or an address without a name is nobody."""
        good = super().validate(*args, **kwargs)
        if good and (self.role.data or self.email.data or self.diet.data) and not self.full_name.data:
            self.full_name.errors = [str(_l("Manca il nome di questa persona."))]
            return False
        return good


class BuyerForm(PortalForm):
    """Everything that a buyer says of themselves."""

    legal_name = _line(_l("Nome dell'impresa"), DataRequired(_l("Scrivi il nome dell'impresa.")))
    country = SelectField(_l("Paese"), validators=[DataRequired(_l("Scegli il Paese."))])
    city = _line(_l("Città"))
    website = StringField(_l("Sito"), filters=[_stripped], validators=[Optional(), _SHORT, _SITE])
    contact_name = _line(_l("Persona di riferimento"), DataRequired(_l("Scrivi il nome di una persona.")))
    phone = _line(_l("Telefono"))
    language = RadioField(_l("In quale lingua ti scriviamo"), choices=list(TONGUES))
    description = _paragraph(_l("La tua impresa in poche frasi"), 4)
    kinds = CheckboxesField(_l("Che cosa è la tua impresa"))
    sectors = CheckboxesField(_l("Settori che ti interessano"))
    products = Rows(FormField(GoodsRow), max_entries=MOST_PRODUCTS)
    channels = _paragraph(_l("Canali di vendita"), 2)
    turnover_band = SelectField(_l("Fatturato annuo"), validate_choice=False)
    languages = CheckboxesField(_l("Lingue in cui puoi parlare agli incontri"))
    partner_types = CheckboxesField(_l("Partner che cerchi in Italia"))
    reference_markets = CountriesField(
        _l("Paesi in cui compri o vendi"), description=_l("Separati da virgole."), validators=[Optional()]
    )
    seeks = _paragraph(_l("Che cosa cerchi"), 3)
    needs_visa = RadioField(_l("Ti serve un visto per l'Italia?"), validate_choice=False)
    delegates = Rows(FormField(ComingRow), max_entries=MOST_DELEGATES)
    seen = HiddenField()

    def __init__(self, *args: Any, sectors: Iterable[str] = (), **kwargs: Any) -> None:  # noqa: ANN401
        """`sectors`: those already said, which may be others than we offer."""
        super().__init__(*args, **kwargs)
        spoken = Locale(current()).languages
        offered = dict.fromkeys([*SECTORS, *sectors])
        for asked in (self.language, self.kinds, self.languages, self.partner_types):
            asked.flags.required = True
        self.country.choices = countries()
        self.kinds.choices = [SelectChoice(one.value, words) for one, words in PARTNERS.items()]
        self.sectors.choices = [SelectChoice(code, SECTORS.get(code, label(code))) for code in offered]
        self.turnover_band.choices = [SelectChoice("", ""), *(SelectChoice(one, one) for one in TURNOVERS)]
        self.languages.choices = [SelectChoice(code, spoken[code].capitalize()) for code in SPOKEN]
        self.partner_types.choices = [SelectChoice(one.value, words) for one, words in SUPPLIERS.items()]
        self.needs_visa.choices = [
            SelectChoice(YES, _l("Sì")),
            SelectChoice(NO, _l("No")),
            SelectChoice(UNSAID, _l("Non lo so ancora")),
        ]
        for rows, most in ((self.products, MOST_PRODUCTS), (self.delegates, MOST_DELEGATES)):
            for _nth in range(min(BLANK_ROWS, most - len(rows))):
                rows.append_entry()

    @staticmethod
    def values(buyer: Counterpart, profile: BuyerProfile, delegates: Iterable[CounterpartDelegate]) -> dict[str, Any]:
        """A buyer as the form shows them."""
        plain = ("description", "channels", "turnover_band", "reference_markets", "seeks")
        ticks = ("kinds", "sectors", "languages", "partner_types")
        visa = {True: YES, False: NO, None: UNSAID}[profile.needs_visa]
        return {
            **{name: getattr(buyer, name) for name in FACTS},
            **{name: getattr(profile, name) for name in plain},
            **{name: [str(one) for one in getattr(profile, name)] for name in ticks},
            "products": [one.model_dump() for one in profile.products],
            "needs_visa": visa,
            "delegates": [
                {name: getattr(one, name) for name in ("full_name", "role", "email", "diet")} for one in delegates
            ],
        }

    @property
    def facts(self) -> Mapping[str, str]:
        """What is said outside the profile."""
        return {name: self[name].data or "" for name in FACTS}

    def profile(self) -> BuyerProfile:
        """What was typed, once it is well formed."""
        return BuyerProfile(
            description=self.description.data or "",
            kinds=tuple(PartnerType(one) for one in self.kinds.data or ()),
            sectors=tuple(self.sectors.data or ()),
            products=tuple(
                Product(hs=one["hs"], name=one["name"], volume=one["volume"]) for one in self.products.data if one["hs"]
            ),
            channels=self.channels.data or "",
            turnover_band=self.turnover_band.data if self.turnover_band.data in TURNOVERS else "",
            languages=tuple(self.languages.data or ()),
            partner_types=tuple(SupplierType(one) for one in self.partner_types.data or ()),
            reference_markets=self.reference_markets.data or (),
            seeks=self.seeks.data or "",
            needs_visa={YES: True, NO: False}.get(self.needs_visa.data or ""),
        )

    def coming(self) -> list[Coming]:
        """Who comes."""
        return [
            Coming(full_name=one["full_name"], role=one["role"], email=one["email"] or "", diet=one["diet"])
            for one in self.delegates.data
            if one["full_name"]
        ]


class InviteForm(PortalForm):
    """A buyer whom staff ask to an event; the rest the buyer says."""

    legal_name = _line(_l("Nome dell'impresa"), DataRequired(_l("Scrivi il nome dell'impresa.")))
    country = SelectField(_l("Paese"), validators=[DataRequired(_l("Scegli il Paese."))])
    contact_name = _line(_l("Persona di riferimento"), DataRequired(_l("Scrivi il nome di una persona.")))
    email = EmailField(_l("E-mail"), filters=[_stripped], validators=[_MAIL, _SHORT])
    language = RadioField(_l("Lingua dell'invito"), choices=list(TONGUES), default="en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.country.choices = countries()

    def newcomer(self) -> Newcomer:
        """The buyer as the verbs take them."""
        names = ("legal_name", "country", "contact_name", "email", "language")
        return Newcomer(**{name: self[name].data for name in names})


class ContactForm(PortalForm):
    """Whom one writes to at a buyer's, as staff write it right."""

    contact_name = _line(_l("Persona di riferimento"), DataRequired(_l("Scrivi il nome di una persona.")))
    email = EmailField(_l("E-mail"), filters=[_stripped], validators=[_MAIL, _SHORT])
    phone = _line(_l("Telefono"))
    language = RadioField(_l("Lingua in cui gli scriviamo"), choices=list(TONGUES))
    revision = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.language.flags.required = True

    def contact(self) -> Contact:
        """As the verb takes it."""
        return Contact(**{name: self[name].data or "" for name in ("contact_name", "email", "phone", "language")})


class SheetForm(PortalForm):
    """A sheet to read, or the rows that were shown and are now confirmed."""

    rows = HiddenField()
