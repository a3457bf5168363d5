"""A firm's profile in English, as it is typed: rows, lines and ticks; an empty row is none."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from babel import Locale
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    Form,
    FormField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.kernel.values import is_pec
from portal.matching.rules import hs
from portal.matching.rules.kinds import PARTNERS, SUPPLIERS
from portal.matching.rules.presenting import LONGEST_LINE, MOST_LINES, SPOKEN
from portal.matching.rules.profiles import (
    LONGEST_TEXT,
    MOST_DELEGATES,
    MOST_PRODUCTS,
    Contact,
    Delegate,
    FirmProfile,
    PartnerType,
    Product,
    SupplierType,
)
from portal.web.forms import Is, PortalForm, Rows, TypedField
from portal.web.language import current

BLANK_ROWS: Final = 2
_ONE_LINE = Regexp(
    r"^[^\x00-\x1f\x7f\u2028\u2029<>]*$", message=_l("Il testo contiene caratteri che non si possono usare.")
)
_TOO_LONG: Final = Length(max=LONGEST_LINE, message=_l("Al massimo 200 caratteri."))
_WORDS: Final = Length(max=LONGEST_TEXT, message=_l("Al massimo 1.000 caratteri."))


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def _line(label: Any, **more: Any) -> Field:  # noqa: ANN401 - lazy texts
    return StringField(label, filters=[_stripped], validators=[_TOO_LONG, _ONE_LINE], **more)


def _paragraph(label: Any, **more: Any) -> Field:  # noqa: ANN401
    return TextAreaField(label, filters=[lambda text: (text or "").strip()], validators=[_WORDS], **more)


class CheckboxesField(SelectMultipleField):
    """Any of a few, ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HsField(TypedField):
    """A code of the nomenclature -> its digits."""

    wrong = _l("Questo codice non è nel sistema armonizzato: scrivi due, quattro o sei cifre, o scegli dall'elenco.")

    def parse(self, text: str) -> str:
        """Give the digits, with or without dots."""
        code = hs.compact(text)
        if hs.find(code) is None:
            raise ValueError(text)
        return code


class LinesField(TextAreaField):
    """A line each -> tuple of lines."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the lines that say something."""
        text = str(valuelist[0]).replace("\x00", "") if valuelist else ""
        self.data = tuple(dict.fromkeys(line for one in text.splitlines() if (line := _stripped(one))))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "\n".join(self.data or ())

    def pre_validate(self, _form: Form) -> None:
        """Refuse too many lines, and lines too long."""
        if len(self.data or ()) > MOST_LINES:
            raise ValidationError(str(_l("Al massimo 20 righe.")))
        if any(len(one) > LONGEST_LINE for one in self.data or ()):
            raise ValidationError(str(_l("Una riga supera i 200 caratteri.")))


def country_names(language: str) -> Mapping[str, str]:
    """ISO 3166 code of two letters -> name."""
    names: Mapping[Any, str] = Locale(language).territories
    return {str(code): name for code, name in names.items() if len(str(code)) == 2 and str(code).isalpha()}  # noqa: PLR2004


class CountriesField(TypedField):
    """Countries by name or by code, commas between -> tuple of codes."""

    def parse(self, text: str) -> tuple[str, ...]:
        """Give the codes; the message names what is no country."""
        known = {
            name.casefold(): code for language in ("it", "en", "ru") for code, name in country_names(language).items()
        } | {code.casefold(): code for code in country_names("it")}
        codes = []
        for one in filter(None, (_stripped(part) for part in text.split(","))):
            if one.casefold() not in known:
                self.wrong = _l("«%(name)s» non è un Paese: scrivi i nomi separati da virgole.", name=one)
                raise ValueError(one)
            codes.append(known[one.casefold()])
        return tuple(dict.fromkeys(codes))

    def show(self, value: Iterable[str]) -> str:
        """Give the names in the page's language."""
        names = country_names(current())
        return ", ".join(names.get(code, code) for code in value)


class ProductRow(Form):
    """A product."""

    hs = HsField(_l("Codice HS"), validators=[Optional()])
    name = _line(_l("Prodotto, in inglese"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        """A name without a code says nothing to a match."""
        good = super().validate(*args, **kwargs)
        if good and self.name.data and not self.hs.data:
            self.hs.errors = [str(_l("Manca il codice HS di questo prodotto."))]
            return False
        return good


class DelegateRow(Form):
    """Somebody who comes."""

    name = _line(_l("Nome e cognome"))
    role = _line(_l("Ruolo, in inglese"))
    email = EmailField(
        _l("E-mail"),
        filters=[_stripped],
        validators=[Optional(), Is(is_pec, _l("Scrivi un indirizzo e-mail completo.")), _TOO_LONG],
    )

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        """A role or an address without a name is nobody."""
        good = super().validate(*args, **kwargs)
        if good and (self.role.data or self.email.data) and not self.name.data:
            self.name.errors = [str(_l("Manca il nome di questa persona."))]
            return False
        return good


class FirmProfileForm(PortalForm):
    """Everything that a firm shows; `revision` is of the draft that the writer had before them."""

    revision = HiddenField()
    description = _paragraph(
        _l("L'impresa, in inglese"),
        description=_l("Che cosa fate, per chi, da quando: al massimo 1.000 caratteri."),
        render_kw={"rows": 6, "lang": "en"},
    )
    kinds = CheckboxesField(
        _l("Che cosa siete"), choices=[SelectChoice(one.value, words) for one, words in SUPPLIERS.items()]
    )
    products = Rows(FormField(ProductRow), max_entries=MOST_PRODUCTS)
    certifications = LinesField(
        _l("Certificazioni"), description=_l("Una per riga: ISO 9001, OEKO-TEX, Halal."), render_kw={"rows": 3}
    )
    brands = LinesField(_l("Marchi"), description=_l("Uno per riga."), render_kw={"rows": 2})
    languages = CheckboxesField(_l("Lingue in cui incontrate i buyer"))
    partner_types = CheckboxesField(
        _l("Partner che cercate"), choices=[SelectChoice(one.value, words) for one, words in PARTNERS.items()]
    )
    markets = CountriesField(
        _l("Paesi che cercate"),
        description=_l("Separati da virgole; vuoto: il Paese dell'evento."),
        validators=[Optional()],
    )
    seeks = _paragraph(_l("Che cosa cercate, in inglese"), render_kw={"rows": 3, "lang": "en"})
    contact_name = _line(_l("Persona di riferimento"))
    contact_role = _line(_l("Ruolo della persona di riferimento"))
    contact_email = EmailField(
        _l("E-mail della persona di riferimento"),
        filters=[_stripped],
        validators=[Optional(), Is(is_pec, _l("Scrivi un indirizzo e-mail completo.")), _TOO_LONG],
    )
    contact_phone = _line(_l("Telefono della persona di riferimento"))
    delegates = Rows(FormField(DelegateRow), max_entries=MOST_DELEGATES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        spoken = Locale("en" if current() == "en" else "it").languages
        for one in (self.description, self.languages, self.partner_types):
            one.flags.required = True
        self.languages.choices = [SelectChoice(code, spoken[code].capitalize()) for code in SPOKEN]
        for rows, most in ((self.products, MOST_PRODUCTS), (self.delegates, MOST_DELEGATES)):
            for _nth in range(min(BLANK_ROWS, most - len(rows))):
                rows.append_entry()

    @staticmethod
    def values(profile: FirmProfile) -> dict[str, Any]:
        """A profile as the form shows it."""
        contact = {f"contact_{name}": value for name, value in profile.contact.model_dump().items()}
        return {
            **{
                name: getattr(profile, name) for name in ("description", "certifications", "brands", "markets", "seeks")
            },
            **{name: [str(one) for one in getattr(profile, name)] for name in ("kinds", "languages", "partner_types")},
            "products": [{"hs": one.hs, "name": one.name} for one in profile.products],
            "delegates": [one.model_dump() for one in profile.delegates],
            **contact,
        }

    def profile(self) -> FirmProfile:
        """What was typed, once it is well formed."""
        return FirmProfile(
            description=self.description.data or "",
            kinds=tuple(SupplierType(one) for one in self.kinds.data or () if one in SUPPLIERS),
            products=tuple(Product(hs=one["hs"], name=one["name"]) for one in self.products.data if one["hs"]),
            certifications=self.certifications.data or (),
            brands=self.brands.data or (),
            languages=tuple(self.languages.data or ()),
            partner_types=tuple(PartnerType(one) for one in self.partner_types.data or () if one in PARTNERS),
            markets=self.markets.data or (),
            seeks=self.seeks.data or "",
            contact=Contact(
                name=self.contact_name.data or "",
                role=self.contact_role.data or "",
                email=self.contact_email.data or "",
                phone=self.contact_phone.data or "",
            ),
            delegates=tuple(
                Delegate(name=one["name"], role=one["role"], email=one["email"] or "")
                for one in self.delegates.data
                if one["name"]
            ),
        )
