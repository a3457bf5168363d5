"""An event as staff write it: when, where, who interprets, what may be wished, what a good agenda is."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from flask_babel import gettext as _, lazy_gettext as _l
from pydantic import ValidationError
from typing_extensions import override
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.matching.forms import lines
from portal.matching.forms.lines import EachLine
from portal.matching.rules.scheduling.instance import Term
from portal.matching.rules.score import Weights
from portal.matching.rules.settings import Quota, Settings
from portal.matching.service.events import InterpreterPlan, Plan, TablePlan
from portal.web.forms import DecimalNumberField, InstantField, Is, NumberField, PortalForm

RESERVED: Final = frozenset({"nuovo"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TITLE = Length(max=200, message=_l("Al massimo 200 caratteri."))
TERM_WORDS: Final = {
    Term.SHORTFALL: _l("Meno incontri mancanti ai minimi"),
    Term.LOST_WEIGHT: _l("Meno incontri desiderati esclusi"),
    Term.BREAKS: _l("Meno pause"),
    Term.IDLE_SLOTS: _l("Meno turni vuoti fra due incontri"),
    Term.MAX_BREAKS: _l("Meno pause per chi ne ha di più"),
    Term.TABLE_CHANGES: _l("Meno cambi di tavolo"),
}
SCOPES: Final = {
    "session": _l("Nella sessione"),
    "day": _l("Nella giornata"),
    "event": _l("Nell'intero evento"),
}
PARTS: Final = ("product", "sector", "partner_type", "market", "language")
TURNS: Final = tuple(f"term_{number}" for number in range(1, len(Term) + 1))


def stripped(text: str | None) -> str:
    """Text without needless spaces."""
    return " ".join((text or "").split())


def _is_slug(text: str) -> bool:
    return bool(_SLUG.fullmatch(text)) and text not in RESERVED and len(text) <= 80  # noqa: PLR2004 - an address to be read


def _number(label: Any, least: int, most: int, **more: Any) -> NumberField:  # noqa: ANN401 - as WTForms does
    wrong = _l("Scrivi un numero da %(least)s a %(most)s.", least=least, most=most)
    checks = [Optional() if more.pop("optional", False) else InputRequired(wrong)]
    return NumberField(label, validators=[*checks, NumberRange(min=least, max=most, message=wrong)], **more)


def _weight(label: Any, most: int = 100, **more: Any) -> DecimalNumberField:  # noqa: ANN401 - as WTForms does
    wrong = _l("Scrivi un numero da 0 a %(most)s, anche con la virgola.", most=most)
    return DecimalNumberField(
        label, validators=[InputRequired(wrong), NumberRange(min=0, max=most, message=wrong)], **more
    )


class EventForm(PortalForm):
    """Everything of an event; the defaults are those of `Settings`."""

    call = SelectField(_l("Bando"), validators=[InputRequired(_l("Scegli il bando."))])
    title_it = StringField(
        _l("Titolo"), filters=[stripped], validators=[InputRequired(_l("Scrivi il titolo.")), _TITLE]
    )
    title_en = StringField(
        _l("Titolo in inglese"),
        filters=[stripped],
        validators=[InputRequired(_l("Scrivi il titolo inglese.")), _TITLE],
    )
    slug = StringField(
        _l("Indirizzo"),
        description=_l("Lettere minuscole, cifre e trattini, per esempio tashkent-2027."),
        filters=[stripped],
        validators=[Is(_is_slug, _l("Usa solo lettere minuscole, cifre e trattini, per esempio tashkent-2027."))],
    )
    place = StringField(_l("Luogo"), filters=[stripped], validators=[_TITLE])
    timezone = StringField(
        _l("Fuso orario"),
        description=_l("Come Europe/Rome o Asia/Tashkent: gli orari delle sessioni sono quelli di là."),
        filters=[stripped],
        validators=[Is(lambda text: text in lines.ZONES, _l("Scrivi un fuso che esiste, per esempio Asia/Tashkent."))],
    )
    wishes_from = InstantField(_l("Preferenze dal"), validators=[InputRequired(_l("Scrivi data e ora."))])
    wishes_until = InstantField(_l("Preferenze entro il"), validators=[InputRequired(_l("Scrivi data e ora."))])
    sittings = TextAreaField(
        _l("Giorni e sessioni"),
        description=_l(
            "Una riga per sessione: data | inizio | fine | nome. Per esempio 09/03/2027 | 9:00 | 12:30 | Mattina."
        ),
        validators=[InputRequired(_l("Serve almeno una sessione.")), EachLine(lines.sitting)],
        render_kw={"rows": 4},
    )
    minutes = _number(_l("Minuti di ogni incontro"), 5, 240)
    pause = _number(_l("Minuti fra un incontro e l'altro"), 0, 120)
    tables = TextAreaField(
        _l("Tavoli"),
        description=_l(
            "Una riga per tavolo: nome | zona | posti | partecipante a cui è riservato. Solo il nome è obbligatorio."
        ),
        validators=[EachLine(lines.table)],
        render_kw={"rows": 6},
    )
    interpreters = TextAreaField(
        _l("Interpreti"),
        description=_l(
            "Una riga per persona: sigla della lingua | nome | e-mail | telefono | sessioni in cui manca, "
            "come 09/03/2027 Mattina; 10/03/2027 Mattina."
        ),
        validators=[EachLine(lines.interpreter)],
        render_kw={"rows": 4},
    )
    firms_wants = _number(_l("«Voglio» al massimo"), 0, 200)
    firms_woulds = _number(_l("«Vorrei» al massimo"), 0, 200)
    firms_least = _number(_l("Incontri almeno"), 0, 200)
    firms_most = _number(_l("Incontri al massimo"), 0, 200, optional=True)
    buyers_wants = _number(_l("«Voglio» al massimo"), 0, 200)
    buyers_woulds = _number(_l("«Vorrei» al massimo"), 0, 200)
    buyers_least = _number(_l("Incontri almeno"), 0, 200)
    buyers_most = _number(_l("Incontri al massimo"), 0, 200, optional=True)
    pairs = _number(
        _l("Suggerimenti per partecipante"),
        0,
        200,
        description=_l("Quanti incontri che nessuno ha chiesto si propongono, oltre a quelli desiderati."),
    )
    least_score = _number(_l("Punteggio minimo di un suggerimento"), 0, 100)
    product = _weight(_l("Prodotti"))
    sector = _weight(_l("Settore"))
    partner_type = _weight(_l("Tipo di partner"))
    market = _weight(_l("Mercato"))
    language = _weight(_l("Lingua"))
    wish = _weight(_l("Quanto conta il desiderio rispetto all'affinità"), 1)
    want = _weight(_l("Valore di «voglio»"), 1)
    would = _weight(_l("Valore di «vorrei»"), 1)
    silence = _weight(_l("Valore del silenzio"), 1)
    buyer = _weight(_l("Peso del buyer rispetto all'impresa"))
    term_1 = SelectField(_l("Prima"))
    term_2 = SelectField(_l("Poi (2)"))
    term_3 = SelectField(_l("Poi (3)"))
    term_4 = SelectField(_l("Poi (4)"))
    term_5 = SelectField(_l("Poi (5)"))
    term_6 = SelectField(_l("Poi (6)"))
    break_scope = SelectField(_l("Le pause si contano"))
    hard_min_meetings = BooleanField(_l("I minimi di incontri sono obbligatori: senza, nessuna agenda va bene"))
    max_break_difference = _number(_l("Differenza massima di pause fra partecipanti"), 0, 200, optional=True)
    give_up = _number(_l("Percentuale del peso a cui si può rinunciare per avere meno pause"), 0, 20)
    revision = HiddenField()

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as WTForms does
        calls: Mapping[UUID, str] | None = None,
        names: Mapping[str, UUID] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """`calls`: those of which a new event may be; none for one that exists. `names`: participants by name."""
        super().__init__(*args, **kwargs)
        self.names = {name.casefold(): who for name, who in (names or {}).items()}
        if calls is None:
            del self.call
        else:
            self.call.choices = [
                SelectChoice("", _("Scegli")),
                *(SelectChoice(str(one), title) for one, title in calls.items()),
            ]
        for turn in TURNS:
            self[turn].choices = [
                SelectChoice("", _("nient'altro")),
                *(SelectChoice(term.value, words) for term, words in TERM_WORDS.items()),
            ]
        self.break_scope.choices = [SelectChoice(*one) for one in SCOPES.items()]

    @override
    def validate(self, extra_validators: Any = None) -> bool:
        is_good = super().validate(extra_validators)
        return all([is_good, self._in_order(), self._owners(), self._quotas(), self._terms(), self._weights()])

    def _wrong(self, name: str, words: str) -> bool:
        self[name].errors = [*self[name].errors, words]
        return False

    def _in_order(self) -> bool:
        since, until = self.wishes_from.data, self.wishes_until.data
        if since and until and since >= until:
            return self._wrong("wishes_until", _("La fine viene prima dell'inizio."))
        return True

    def _owners(self) -> bool:
        if self.tables.errors:
            return True
        for number, (_plan, owner) in enumerate(lines.read(self.tables.data, lines.table), 1):
            if owner and owner.casefold() not in self.names:
                words = _("Tavolo %(row)s: nessun partecipante si chiama «%(name)s».", row=number, name=owner)
                return self._wrong("tables", words)
        return True

    def _quotas(self) -> bool:
        good = True
        for side in ("firms", "buyers"):
            least, most = self[f"{side}_least"].data, self[f"{side}_most"].data
            if least is not None and most is not None and most < least:
                good = self._wrong(f"{side}_most", _("Il minimo di incontri supera il massimo."))
        return good

    def _terms(self) -> bool:
        chosen = [self[turn].data for turn in TURNS if self[turn].data]
        if not chosen:
            return self._wrong("term_1", _("Scegli almeno uno scopo."))
        twice = next((turn for turn in TURNS if self[turn].data and chosen.count(self[turn].data) > 1), None)
        return self._wrong(twice, _("Lo stesso scopo compare due volte.")) if twice else True

    def _weights(self) -> bool:
        fields = [self[name] for name in Weights.model_fields]
        if any(field.errors for field in fields):
            return True
        try:
            self._read_weights()
        except ValidationError:
            return self._wrong(
                "silence",
                _(
                    "Questi pesi non stanno insieme: almeno una parte deve contare, «vorrei» non può valere più di "
                    "«voglio», e chi tace non può valere più di chi esprime un desiderio; "
                    "il peso del buyer è sopra zero."
                ),
            )
        return True

    def _read_weights(self) -> Weights:
        return Weights(**{name: float(self[name].data) for name in Weights.model_fields})

    def plan(self, known: Mapping[tuple[str, str], UUID]) -> Plan:
        """The event as the verbs take it; `known`: interpreters by language and name."""
        return Plan(
            slug=self.slug.data,
            title_it=self.title_it.data,
            title_en=self.title_en.data,
            place=self.place.data,
            timezone=self.timezone.data,
            wishes_from=cast("datetime", self.wishes_from.data),
            wishes_until=cast("datetime", self.wishes_until.data),
            sittings=tuple(lines.read(self.sittings.data, lines.sitting)),
            tables=tuple(self._table(*one) for one in lines.read(self.tables.data, lines.table)),
            interpreters=tuple(_known(one, known) for one in lines.read(self.interpreters.data, lines.interpreter)),
            settings=self._settings(),
        )

    def _table(self, plan: TablePlan, owner: str) -> TablePlan:
        return TablePlan(
            name=plan.name, zone=plan.zone, chairs=plan.chairs, participant_id=self.names.get(owner.casefold())
        )

    def _settings(self) -> Settings:
        quotas = {
            side: Quota(**{name: self[f"{side}_{name}"].data for name in Quota.model_fields})
            for side in ("firms", "buyers")
        }
        return Settings(
            weights=self._read_weights(),
            terms=tuple(Term(self[turn].data) for turn in TURNS if self[turn].data),
            break_scope=self.break_scope.data,
            hard_min_meetings=self.hard_min_meetings.data,
            **quotas,
            **{name: self[name].data for name in _PLAIN},
        )


_PLAIN: Final = ("minutes", "pause", "pairs", "least_score", "max_break_difference", "give_up")


def _known(plan: InterpreterPlan, known: Mapping[tuple[str, str], UUID]) -> InterpreterPlan:
    who = known.get((plan.language, plan.full_name.casefold()))
    return InterpreterPlan(
        full_name=plan.full_name, language=plan.language, email=plan.email, phone=plan.phone, away=plan.away, id=who
    )


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Settings as they stand in the fields."""
    shown: dict[str, Any] = {name: getattr(settings, name) for name in _PLAIN}
    shown |= {"break_scope": settings.break_scope, "hard_min_meetings": settings.hard_min_meetings}
    shown |= dict.fromkeys(TURNS, "")
    shown |= {turn: term.value for turn, term in zip(TURNS, settings.terms, strict=False)}
    shown |= {name: _decimal(getattr(settings.weights, name)) for name in Weights.model_fields}
    for side in ("firms", "buyers"):
        quota: Quota = getattr(settings, side)
        shown |= {f"{side}_{name}": getattr(quota, name) for name in Quota.model_fields}
    return shown


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
