"""What the office writes when it asks a firm something, prolongs a term, takes a request back, or refuses."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.applications.rules.requests import askable_fields
from portal.calls.rules.content import CallContent
from portal.eligibility.forms.deciding import ReasonForm
from portal.eligibility.rules.judged import Judged
from portal.eligibility.rules.verdicts import Verdict
from portal.web.forms import NumberField, PortalForm
from portal.web.language import current

_WORDS = Length(max=10_000, message=_l("Al massimo 10.000 caratteri."))


def _ticks(label: Any) -> SelectMultipleField:  # noqa: ANN401 - a lazy text
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), choices=[], validators=[]
    )


class SupplementForm(PortalForm):
    """What is missing, in words and by name, and how many days there are for it."""

    words = TextAreaField(
        _l("Che cosa manca, e perché"),
        description=_l("L'impresa lo legge così com'è, per e-mail e nella lettera."),
        validators=[InputRequired(_l("Scrivi che cosa manca.")), _WORDS],
        render_kw={"rows": 5},
    )
    documents = _ticks(_l("Documenti da presentare"))
    fields_ = _ticks(_l("Dati da scrivere di nuovo"))
    days = NumberField(_l("Giorni per rispondere"), validators=[InputRequired(_l("Scrivi quanti giorni."))])


def supplement_form(content: CallContent) -> SupplementForm:
    """The form with the documents and the questions of a call; the days are the call's."""
    language = current()
    form = SupplementForm(data={"days": content.days.supplement})
    form.documents.choices = [SelectChoice(one.key, one.title.in_(language)) for one in content.documents]
    form.fields_.choices = [SelectChoice(one.key, one.label.in_(language)) for one in askable_fields(content)]
    least, most = content.proceeding.supplement_min, content.proceeding.supplement_max
    form.days.description = _("Da %(least)s a %(most)s, di calendario: lo dice il bando.", least=least, most=most)
    return form


class ExtendForm(ReasonForm):
    """More days, and why."""

    days = NumberField(_l("Giorni in più"), validators=[InputRequired(_l("Scrivi quanti giorni."))])


class NoticeForm(PortalForm):
    """Reasons, one a field, and words for all of them."""

    words = TextAreaField(_l("Altro da dire all'impresa"), validators=[_WORDS], render_kw={"rows": 3})

    def grounds(self) -> list[Any]:
        """The fields of the reasons."""
        return [one for one in self if one.short_name.startswith("ground_")]

    def reasons(self) -> list[dict[str, str]]:
        """The reasons written; those emptied are left out."""
        return [
            {"rule": one.short_name.removeprefix("ground_").strip("_"), "text": one.data.strip()}
            for one in self.grounds()
            if (one.data or "").strip()
        ]


def notice_form(rules: Sequence[Judged]) -> NoticeForm:
    """One field for each rule that fails, filled with what the report says, and one for another reason."""
    failed = [one for one in rules if one.verdict is Verdict.FAIL]
    language = current()
    given = {
        f"ground_{one.outcome.id}": (one.correction.reason if one.correction else one.outcome.it) for one in failed
    }
    parts: dict[str, Any] = {
        f"ground_{one.outcome.id}": TextAreaField(
            _("Motivo %(number)s", number=number),
            description=one.outcome.en if language == "en" else one.outcome.it,
            validators=[_WORDS],
            render_kw={"rows": 4},
        )
        for number, one in enumerate(failed, start=1)
    }
    parts["ground__"] = TextAreaField(_("Un altro motivo"), validators=[_WORDS], render_kw={"rows": 4})
    made: type[NoticeForm] = type("Notice", (NoticeForm,), parts)
    return made(data=given)


class RefusalForm(ReasonForm):
    """The final act: its reason, and an answer to each observation."""

    def replies(self) -> dict[str, str]:
        """The answers, by the key of the observation."""
        return {one.short_name.removeprefix("reply_"): one.data or "" for one in self.answers()}

    def answers(self) -> list[Any]:
        """Their fields."""
        return [one for one in self if one.short_name.startswith("reply_")]


def refusal_form(observed: Sequence[tuple[str, str, str]]) -> RefusalForm:
    """The form of the act after these observations: (key, about, words)."""
    parts: Mapping[str, Any] = {
        f"reply_{key}": TextAreaField(
            _("Risposta all'osservazione %(number)s", number=number),
            description=words,
            validators=[InputRequired(_l("Rispondi a questa osservazione.")), _WORDS],
            render_kw={"rows": 4},
        )
        for number, (key, _about, words) in enumerate(observed, start=1)
    }
    made: type[RefusalForm] = type("Act", (RefusalForm,), dict(parts))
    return made()
