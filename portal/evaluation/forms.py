"""Forms of the evaluation; the score form is built from the call's criteria."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.calls.rules.content import Criterion, Pathway
from portal.evaluation.models import PanelSeat
from portal.evaluation.rules import LONGEST_REASON, Fault, Mark, SheetIncomplete
from portal.evaluation.service import Place
from portal.kernel.values import compact, is_tax_code
from portal.web.filters import num, tr
from portal.web.forms import DayField, DecimalNumberField, Is, NumberField, PortalForm

NO_CONFLICT, CONFLICT = "none", "conflict"


class DeclareForm(PortalForm):
    """Conflict or not, never pre-chosen."""

    answer = RadioField(
        _l("La tua dichiarazione"),
        choices=[
            SelectChoice(NO_CONFLICT, _l("Dichiaro di non avere conflitti di interessi con questa impresa")),
            SelectChoice(CONFLICT, _l("Ho, o potrei avere, un conflitto di interessi")),
        ],
        validators=[InputRequired(_l("Scegli una delle due risposte."))],
    )
    reason = TextAreaField(_l("Se c'è un conflitto, quale?"), validators=[Length(max=LONGEST_REASON)])


class ShareForm(PortalForm):
    """How to share applications out."""

    each = NumberField(
        _l("Valutatori per domanda"),
        default=2,
        validators=[InputRequired(_l("Scrivi quanti.")), NumberRange(1, 9, _l("Da 1 a 9."))],
    )
    cap = NumberField(
        _l("Domande al massimo per valutatore"),
        default=100,
        validators=[InputRequired(_l("Scrivi quante.")), NumberRange(1, 100_000, _l("Almeno 1."))],
    )


class AssignForm(PortalForm):
    """One reviewer, chosen by hand."""

    reviewer = SelectField(_l("Valutatore"), validators=[InputRequired(_l("Scegli una persona."))])

    def offer(self, people: Sequence[tuple[str, str]]) -> "AssignForm":
        """Offer these (id, name)."""
        self.reviewer.choices = [SelectChoice("", _l("Scegli…")), *(SelectChoice(key, name) for key, name in people)]
        return self


class ReasonForm(PortalForm):
    """Why."""

    reason = TextAreaField(_l("Motivo"), validators=[Length(max=LONGEST_REASON)])


class SeatForm(PortalForm):
    """A reviewer's seat; lists are written with commas."""

    is_on = BooleanField(_l("Fa parte della commissione"), default=True)
    cap = NumberField(_l("Domande al massimo"), validators=[Optional(), NumberRange(0, 100_000, _l("Da 0 in su."))])
    divisions = StringField(
        _l("Divisioni ATECO che conosce"),
        validators=[
            Optional(),
            Regexp(r"^\s*[0-9]{2}(\s*[,;]\s*[0-9]{2})*\s*$", 0, _l("Due cifre ciascuna, per esempio 28, 62.")),
        ],
    )
    pathways = SelectMultipleField(_l("Percorsi che conosce"), widget=ListWidget(), option_widget=CheckboxInput())
    keywords = StringField(_l("Parole chiave"), validators=[Length(max=300)])
    languages = StringField(
        _l("Lingue che legge"),
        validators=[
            Optional(),
            Regexp(r"^\s*[a-z]{2}(\s*[,;]\s*[a-z]{2})*\s*$", 0, _l("Due lettere ciascuna, per esempio en, ru.")),
        ],
    )
    away_from = DayField(_l("Assente dal"))
    away_until = DayField(_l("Assente fino al"))

    @classmethod
    def of(cls, seat: PanelSeat | None) -> "SeatForm":
        """The form as the seat stands."""
        if seat is None:
            return cls(formdata=None)
        lists = {name: ", ".join(getattr(seat, name)) for name in ("divisions", "keywords", "languages")}
        days = {"away_from": seat.away_from, "away_until": seat.away_until}
        return cls(
            formdata=None, data={**lists, **days, "is_on": seat.is_on, "cap": seat.cap, "pathways": seat.pathways}
        )

    def offer(self, pathways: Sequence[Pathway]) -> None:
        """Offer the call's pathways."""
        self.pathways.choices = [SelectChoice(one.key, tr(one.title)) for one in pathways]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - as WTForms does
        """Days come in pairs, in order."""
        whole = bool(super().validate(extra_validators))
        first, last = self.away_from.data, self.away_until.data
        if (
            not self.away_from.errors
            and not self.away_until.errors
            and (bool(first) != bool(last) or (first and first > last))
        ):
            self.away_until.errors = [str(_l("Scrivi tutti e due i giorni, in ordine."))]
            return False
        return whole

    def place(self) -> Place:
        """What is written."""
        return Place(
            is_on=bool(self.is_on.data),
            cap=None if self.cap.data is None else int(self.cap.data),
            divisions=_listed(self.divisions.data),
            pathways=tuple(self.pathways.data or ()),
            keywords=_listed(self.keywords.data),
            languages=_listed(self.languages.data),
            away_from=self.away_from.data,
            away_until=self.away_until.data,
        )


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (text or "").replace(";", ",").split(",") if part.strip()))


class InterestForm(PortalForm):
    """A code that ties the person signed in to firms."""

    tax_code = StringField(
        _l("Codice fiscale o partita IVA"),
        validators=[
            InputRequired(_l("Scrivi il codice.")),
            Is(is_tax_code, _l("Controlla il codice: 11 cifre, o 16 caratteri.")),
        ],
    )
    is_own = BooleanField(_l("È il mio codice fiscale"))
    reason = TextAreaField(_l("Quale legame hai?"), validators=[Length(max=LONGEST_REASON)])

    def code(self) -> str:
        """The code as it is kept."""
        return compact(self.tax_code.data)


class SheetForm(PortalForm):
    """Base of the score forms: for each criterion `points_<key>` and `reason_<key>`."""

    criteria: Sequence[Criterion] = ()

    comment = TextAreaField(_l("Nota complessiva"), validators=[Length(max=LONGEST_REASON)])

    def pair(self, key: str) -> tuple[Any, Any]:
        """The two fields of a criterion."""
        return self[f"points_{key}"], self[f"reason_{key}"]

    def marks(self) -> dict[str, Mark]:
        """What is written, right or wrong."""
        marks = {}
        for criterion in self.criteria:
            points, reason = self.pair(criterion.key)
            typed = str(points.raw_data[0]) if points.raw_data and points.data is None else ""
            marks[criterion.key] = Mark(points.data, reason.data or "", typed.replace("\x00", "")[:50])
        return marks

    def blame(self, refusal: SheetIncomplete) -> None:
        """Put each fault beside its field."""
        for fault in refusal.faults:
            self._blame(fault)

    def _blame(self, fault: Fault) -> None:
        field = self[f"{fault.part}_{fault.criterion}"]
        if not field.errors:
            field.errors = [str(fault.words)]


class MeetingForm(SheetForm):
    """A sheet that a meeting agrees on: who was there, when, why."""

    present = SelectMultipleField(_l("Presenti"), widget=ListWidget(), option_widget=CheckboxInput())
    held_on = DayField(_l("Giorno della riunione"))
    reason = TextAreaField(_l("Motivazione della riunione"), validators=[Length(max=LONGEST_REASON)])


def meeting_form(criteria: Sequence[Criterion], people: Sequence[tuple[str, str]]) -> MeetingForm:
    """The form for a meeting of these people about these criteria."""
    form = _scored(MeetingForm, criteria, {}, {})
    form.present.choices = [SelectChoice(key, name) for key, name in people]
    return form


def sheet_form(criteria: Sequence[Criterion], marks: Mapping[str, Mark], *, comment: str = "") -> SheetForm:
    """The form for these criteria, holding what was marked so far."""
    return _scored(SheetForm, criteria, marks, {"comment": comment})


FormOf = TypeVar("FormOf", bound=SheetForm)


def _scored(
    kind: type[FormOf], criteria: Sequence[Criterion], marks: Mapping[str, Mark], data: dict[str, Any]
) -> FormOf:
    fields: dict[str, Any] = {"criteria": criteria}
    for criterion in criteria:
        mark = marks.get(criterion.key, Mark())
        hint = _l("Da 0 a %(most)s, a passi di %(step)s.", most=num(criterion.max), step=num(criterion.step))
        fields[f"points_{criterion.key}"] = DecimalNumberField(
            _l("Punti: %(criterion)s", criterion=tr(criterion.title)), places=2, description=hint
        )
        fields[f"reason_{criterion.key}"] = TextAreaField(
            _l("Motivazione: %(criterion)s", criterion=tr(criterion.title))
        )
        data[f"points_{criterion.key}"] = mark.points
        data[f"reason_{criterion.key}"] = mark.reason
    form: FormOf = type("ScoreForm", (kind,), fields)(data=data)
    for criterion in criteria:
        points, reason = form.pair(criterion.key)
        points.flags.required = reason.flags.required = True
        if not form.is_submitted() and (typed := marks.get(criterion.key, Mark()).typed):
            points.raw_data = [typed]
    return form
