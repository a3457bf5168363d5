"""Forms of the evaluation; the score form is built from the call's criteria."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.calls.rules.content import Criterion
from portal.evaluation.rules import LONGEST_REASON, Fault, Mark, SheetIncomplete
from portal.web.filters import num, tr
from portal.web.forms import DecimalNumberField, NumberField, PortalForm

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


def sheet_form(criteria: Sequence[Criterion], marks: Mapping[str, Mark], *, comment: str = "") -> SheetForm:
    """The form for these criteria, holding what was marked so far."""
    fields: dict[str, Any] = {"criteria": criteria}
    data: dict[str, Any] = {"comment": comment}
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
    form: SheetForm = type("ScoreForm", (SheetForm,), fields)(data=data)
    for criterion in criteria:
        points, reason = form.pair(criterion.key)
        points.flags.required = reason.flags.required = True
        if not form.is_submitted() and (typed := marks.get(criterion.key, Mark()).typed):
            points.raw_data = [typed]
    return form
