"""What a firm answers to a request, as a Flask-WTF class built from what was asked."""

from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, Regexp

from portal.applications.forms.fields import field
from portal.applications.models import Request
from portal.applications.rules import answers
from portal.applications.rules.answers import NEVER
from portal.applications.rules.requests import LONGEST_WORDS, Asks, draft_answers, reply_key
from portal.calls.rules.content import CallContent
from portal.web.forms import PortalForm
from portal.web.language import current

PREFIX = "f_"
_SHORT_ENOUGH = Length(max=LONGEST_WORDS, message=_l("Al massimo 10.000 caratteri."))


class AnswerForm(PortalForm):
    """Values asked for, observations reason by reason, a note; all of it may stay unfinished."""

    revision = HiddenField(validators=[Regexp(r"^[0-9]{1,9}$", message=_l("Riapri la pagina e riprova."))])
    note = TextAreaField(validators=[_SHORT_ENOUGH], render_kw={"rows": 5})

    def questions(self) -> list[Any]:
        """The fields of the call that were asked for."""
        return [one for one in self if one.short_name.startswith(PREFIX)]

    def observed(self) -> list[Any]:
        """The observations, in the order of the reasons."""
        return [one for one in self if one.short_name.startswith("m") and one.short_name[1:].isdecimal()]

    def draft(self) -> dict[str, Any]:
        """What was written, right or wrong, for keeping."""
        values = {}
        for one in self.questions():
            read = one.read
            if read is not None and (read.value is not None or read.typed is not None):
                values[one.asked.key] = {"value": read.value, "typed": read.typed}
        observations = {one.short_name: one.data or "" for one in self.observed() if (one.data or "").strip()}
        return {"answers": values, "note": self.note.data or "", "observations": observations}

    def is_keepable(self) -> bool:
        """Whether it can be kept: values that don't read can, too long a text can't."""
        self.validate()
        values = self.questions()
        return not any(one.errors for one in self if one not in values)

    def mark(self) -> None:
        """Say beside each value what is wrong with it."""
        for one in self.questions():
            typed = one.stored.typed if one.read is None else None
            faults = answers.read(one.asked, typed).faults if typed is not None else ()
            one.errors = [*one.process_errors, *(str(fault.words) for fault in faults)]


def answer_form(content: CallContent, request: Request) -> AnswerForm:
    """The form of a request, filled with its draft, or with what was sent."""
    language, asks = current(), Asks.of(request.asks)
    parts: dict[str, Any] = {
        PREFIX + one.key: field(one, language) for one in content.form.fields() if one.key in asks.fields
    }
    for number, reason in enumerate(request.reasons, start=1):
        label = _("Osservazioni sul motivo %(number)s", number=number)
        parts[reply_key(number)] = TextAreaField(
            label, description=reason["text"], validators=[_SHORT_ENOUGH], render_kw={"rows": 5}
        )
    made: type[AnswerForm] = type("Answer", (AnswerForm,), parts)
    kept = draft_answers(request.draft)
    data = {key: kept.get(key.removeprefix(PREFIX), NEVER) for key in parts if key.startswith(PREFIX)}
    observations = request.draft.get("observations", {})
    data |= {key: observations.get(key, "") for key in parts if not key.startswith(PREFIX)}
    form = made(data={**data, "note": request.draft.get("note", ""), "revision": str(request.revision)})
    form.note.label.text = _("Altre osservazioni") if request.reasons else _("Nota per l'ufficio")
    return form
