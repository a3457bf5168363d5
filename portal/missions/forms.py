"""What people write about missions and travellers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.kernel.text import Text
from portal.missions.rules.content import Day, Destination, MissionContent, Moment
from portal.missions.rules.fields import FIELDS
from portal.web.forms import DayField, InstantField, Is, MoneyField, NumberField, PortalForm
from portal.web.italian import format_decimal, parse_day

_LONG = Length(max=120, message=_l("Al massimo 120 caratteri."))
_REASON = [InputRequired(_l("Scrivi il motivo.")), Length(min=5, max=1000, message=_l("Da 5 a 1.000 caratteri."))]


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def _upper(text: str | None) -> str:
    return _stripped(text).upper()


def _is_country(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha()  # noqa: PLR2004 - ISO 3166 alpha-3


def _is_number(text: str) -> bool:
    return 5 <= len(text) <= 9 and text.isascii() and text.isalnum()  # noqa: PLR2004 - as a passport has room for


class ButtonForm(PortalForm):
    """A button."""


class DelegateForm(PortalForm):
    """Everything that is asked of a traveller; the names of the fields are those of `rules.fields`."""

    family_name = StringField(
        FIELDS["family_name"], filters=[_stripped], validators=[InputRequired(_l("Scrivi il cognome.")), _LONG]
    )
    given_names = StringField(
        FIELDS["given_names"], filters=[_stripped], validators=[InputRequired(_l("Scrivi i nomi.")), _LONG]
    )
    born_on = DayField(FIELDS["born_on"], validators=[InputRequired(_l("Scrivi la data di nascita."))])
    born_in = StringField(FIELDS["born_in"], filters=[_stripped], validators=[_LONG])
    nationality = StringField(
        FIELDS["nationality"],
        description=_l("Tre lettere, come nel passaporto: ITA per l'Italia."),
        filters=[_upper],
        validators=[Is(_is_country, _l("Scrivi le tre lettere del passaporto, per esempio ITA."))],
    )
    passport_number = StringField(
        FIELDS["passport_number"],
        filters=[lambda text: _upper(text).replace(" ", "")],
        validators=[Is(_is_number, _l("Scrivi il numero come nel passaporto, da 5 a 9 lettere e cifre."))],
    )
    issued_on = DayField(FIELDS["issued_on"], validators=[Optional()])
    expires_on = DayField(FIELDS["expires_on"], validators=[InputRequired(_l("Scrivi la data di scadenza."))])
    mrz = TextAreaField(
        FIELDS["mrz"],
        description=_l("Le due righe di 44 segni: se le scrivi, il portale controlla che tutto torni."),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=120, message=_l("Sono due righe di 44 segni."))],
        render_kw={"rows": 2, "spellcheck": "false", "autocapitalize": "characters"},
    )
    role = StringField(FIELDS["role"], filters=[_stripped], validators=[_LONG])
    phone = StringField(FIELDS["phone"], filters=[_stripped], validators=[_LONG])
    email = EmailField(FIELDS["email"], filters=[_stripped], validators=[_LONG])
    diet = StringField(FIELDS["diet"], filters=[_stripped], validators=[_LONG])
    emergency = StringField(
        FIELDS["emergency"], description=_l("Nome e telefono."), filters=[_stripped], validators=[_LONG]
    )
    room = StringField(
        FIELDS["room"], description=_l("Singola, doppia, doppia uso singola."), filters=[_stripped], validators=[_LONG]
    )
    shares_with = StringField(FIELDS["shares_with"], filters=[_stripped], validators=[_LONG])
    nights = StringField(
        FIELDS["nights"], description=_l("Quali notti, se non tutte."), filters=[_stripped], validators=[_LONG]
    )
    flight_out = StringField(FIELDS["flight_out"], filters=[_stripped], validators=[_LONG])
    flight_back = StringField(FIELDS["flight_back"], filters=[_stripped], validators=[_LONG])
    reason = TextAreaField(
        _l("Motivo della richiesta"),
        description=_l("L'elenco è chiuso: l'ufficio decide se la modifica è ancora possibile."),
        validators=_REASON,
        render_kw={"rows": 2},
    )
    revision = HiddenField()

    def __init__(self, *args: Any, asks_why: bool = False, told: dict[str, str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        days = {"born_on", "issued_on", "expires_on"}
        known = {key: date.fromisoformat(value) if key in days else value for key, value in (told or {}).items()}
        super().__init__(*args, data=known or None, **kwargs)
        if not asks_why:
            del self.reason

    @property
    def told(self) -> dict[str, str]:
        """The fields as the vault takes them; days as ISO 8601."""
        values = {name: self._fields[name].data for name in FIELDS}
        return {
            name: value.isoformat() if isinstance(value, date) else str(value or "") for name, value in values.items()
        }


class ReasonForm(PortalForm):
    """Why."""

    reason = TextAreaField(_l("Motivo"), validators=_REASON, render_kw={"rows": 2})


class ReadForm(PortalForm):
    """Why sealed data are opened."""

    why = StringField(
        _l("Perché servono"),
        description=_l("Resta nel registro con il tuo nome e l'ora."),
        filters=[_stripped],
        validators=[
            InputRequired(_l("Scrivi perché servono.")),
            Length(min=5, max=200, message=_l("Da 5 a 200 caratteri.")),
        ],
    )


class AnswerForm(PortalForm):
    """What the office answers."""

    answer = TextAreaField(
        _l("Risposta all'impresa"),
        validators=[Length(max=1000, message=_l("Al massimo 1.000 caratteri."))],
        render_kw={"rows": 2},
    )


class TakeForm(PortalForm):
    """A list is taken; or sent to somebody."""

    sent_to = StringField(_l("Inviato a"), filters=[_stripped], validators=[_LONG])


class ScanForm(PortalForm):
    """A scan."""


def _lines(text: str, parts: int) -> list[list[str]]:
    """Rows of `a | b | c`; ValueError for one with too few parts or an empty one."""
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip()]
    if any(len(row) != parts or not all(row) for row in rows):
        msg = "not as many parts"
        raise ValueError(msg)
    return rows


def _days(text: str) -> tuple[Day, ...]:
    rows = _lines(text, 4)
    return tuple(Day(on=parse_day(on), place=place, text=Text(it=it, en=en)) for on, place, it, en in rows)


def _moments(text: str) -> tuple[Moment, ...]:
    found = tuple(Moment(key=key, title=Text(it=it, en=en)) for key, it, en in _lines(text, 3))
    if len({moment.key for moment in found}) != len(found):
        msg = "twice the same key"
        raise ValueError(msg)
    return found


def _visas(text: str) -> dict[str, int]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        country, _, days = line.partition(" ")
        if not _is_country(country) or not days.strip().isdigit():
            msg = "not a nationality and days"
            raise ValueError(msg)
        found[country.upper()] = int(days)
    return found


def _reads(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def is_good(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return is_good


def _number(label: Any, least: int, most: int, **more: Any) -> NumberField:  # noqa: ANN401 - as WTForms does
    wrong = _l("Scrivi un numero da %(least)s a %(most)s.", least=least, most=most)
    return NumberField(
        label,
        validators=[InputRequired(wrong), NumberRange(min=least, max=most, message=wrong)],
        **more,
    )


class MissionForm(PortalForm):
    """What a mission is."""

    title_it = StringField(
        _l("Titolo"), filters=[_stripped], validators=[InputRequired(_l("Scrivi il titolo.")), _LONG]
    )
    title_en = StringField(
        _l("Titolo in inglese"), filters=[_stripped], validators=[InputRequired(_l("Scrivi il titolo inglese.")), _LONG]
    )
    starts_on = DayField(_l("Partenza"), validators=[InputRequired(_l("Scrivi la data di partenza."))])
    returns_on = DayField(_l("Rientro"), validators=[InputRequired(_l("Scrivi la data di rientro."))])
    programme = TextAreaField(
        _l("Programma"),
        description=_l("Una riga per voce: data | luogo | testo italiano | testo inglese."),
        validators=[Is(_reads(_days), _l("Ogni riga vuole quattro parti separate da «|», la prima una data."))],
        render_kw={"rows": 6},
    )
    moments = TextAreaField(
        _l("Occasioni in cui si prendono le presenze"),
        description=_l("Una riga per voce: sigla | nome italiano | nome inglese. La sigla è di lettere minuscole."),
        validators=[Is(_reads(_moments), _l("Ogni riga vuole tre parti separate da «|», la prima una sigla unica."))],
        render_kw={"rows": 3},
    )
    country = StringField(
        _l("Paese di destinazione"),
        description=_l("Tre lettere, per esempio UZB."),
        filters=[_upper],
        validators=[Is(_is_country, _l("Scrivi le tre lettere del Paese, per esempio UZB."))],
    )
    country_it = StringField(
        _l("Nome del Paese"), filters=[_stripped], validators=[InputRequired(_l("Scrivi il Paese."))]
    )
    country_en = StringField(
        _l("Nome del Paese in inglese"),
        filters=[_stripped],
        validators=[InputRequired(_l("Scrivi il Paese in inglese."))],
    )
    visa_free = TextAreaField(
        _l("Nazionalità senza visto"),
        description=_l("Una riga per nazionalità: sigla e giorni, per esempio «ITA 30». Le altre sono da verificare."),
        validators=[Is(_reads(_visas), _l("Ogni riga vuole una sigla di tre lettere e un numero di giorni."))],
        render_kw={"rows": 2},
    )
    block_months = _number(_l("Mesi di validità richiesti dopo il rientro"), 0, 24)
    warn_months = _number(_l("Mesi sotto i quali si avvisa"), 0, 24)
    source = StringField(_l("Fonte delle regole d'ingresso"), filters=[_stripped], validators=[_LONG])
    places = _number(_l("Posti"), 1, 500)
    delegates_per_firm = _number(_l("Partecipanti per impresa"), 1, 20)
    free_delegates = _number(_l("Di cui gratuiti"), 0, 20)
    fee_eur = MoneyField(
        _l("Quota per ogni partecipante a pagamento"),
        validators=[
            InputRequired(_l("Scrivi la quota, anche zero.")),
            NumberRange(min=0, max=100_000, message=_l("La quota va da zero a 100.000 euro.")),
        ],
    )
    minimum_firms = _number(_l("Numero minimo di imprese"), 1, 500)
    opens_at = InstantField(_l("Iscrizioni dal"), validators=[InputRequired(_l("Scrivi data e ora."))])
    closes_at = InstantField(_l("L'elenco si chiude il"), validators=[InputRequired(_l("Scrivi data e ora."))])
    offer_hours = _number(_l("Ore per confermare un posto"), 1, 240)
    purge_days = _number(_l("Giorni dopo il rientro per cancellare i dati"), 1, 365)
    contact = StringField(
        _l("A chi scrivere"),
        filters=[_stripped],
        validators=[InputRequired(_l("Scrivi un indirizzo.")), Length(min=3, max=200)],
    )
    reason = TextAreaField(_l("Perché cambia"), validators=_REASON, render_kw={"rows": 2})
    version = HiddenField()

    def __init__(self, *args: Any, content: MissionContent | None = None, is_new: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        super().__init__(*args, data=_shown(content) if content else None, **kwargs)
        if is_new:
            del self.reason

    @property
    def content(self) -> MissionContent:
        """The mission as the verbs take it."""
        said = self.data
        warn = max(said["warn_months"], said["block_months"])
        return MissionContent(
            title=Text(it=said["title_it"], en=said["title_en"]),
            destination=Destination(
                country=said["country"],
                name=Text(it=said["country_it"], en=said["country_en"]),
                visa_free_days=_visas(said["visa_free"]),
                block_months=said["block_months"],
                warn_months=warn,
                source=said["source"],
            ),
            programme=_days(said["programme"]),
            moments=_moments(said["moments"]),
            **{name: said[name] for name in _PLAIN},
        )


_PLAIN = (
    "starts_on",
    "returns_on",
    "places",
    "delegates_per_firm",
    "free_delegates",
    "fee_eur",
    "minimum_firms",
    "opens_at",
    "closes_at",
    "offer_hours",
    "purge_days",
    "contact",
)


def _shown(content: MissionContent) -> dict[str, Any]:
    """The mission as it stands in the fields."""
    rules = content.destination
    return {name: getattr(content, name) for name in _PLAIN} | {
        "title_it": content.title.it,
        "title_en": content.title.en,
        "country": rules.country,
        "country_it": rules.name.it,
        "country_en": rules.name.en,
        "visa_free": "\n".join(f"{country} {format_decimal(days)}" for country, days in rules.visa_free_days.items()),
        "block_months": rules.block_months,
        "warn_months": rules.warn_months,
        "source": rules.source,
        "programme": "\n".join(
            f"{day.on:%d/%m/%Y} | {day.place} | {day.text.it} | {day.text.en}" for day in content.programme
        ),
        "moments": "\n".join(f"{moment.key} | {moment.title.it} | {moment.title.en}" for moment in content.moments),
    }
