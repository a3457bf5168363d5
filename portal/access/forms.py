"""Forms of the requests of access."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.web.forms import DayField, PortalForm

_MOST = Length(max=4000, message=_l("Scrivi al massimo 4.000 caratteri."))


class AskForm(PortalForm):
    """What is asked for, of whom, and why."""

    protocol = StringField(
        _l("Protocollo della domanda di un'altra impresa"),
        description=_l("Lascia vuoto per chiedere gli atti della tua domanda."),
        validators=[Length(max=60, message=_l("Un protocollo ha al massimo 60 caratteri."))],
    )
    wanted = TextAreaField(
        _l("Documenti che chiedi"),
        description=_l("Per esempio: le schede di valutazione, il verbale, il progetto."),
        validators=[InputRequired(_l("Scrivi quali documenti chiedi.")), _MOST],
        render_kw={"rows": 4},
    )
    interest = TextAreaField(
        _l("Perché ti servono"),
        description=_l("L'interesse diretto, concreto e attuale, collegato ai documenti (art. 22 L. 241/1990)."),
        validators=[InputRequired(_l("Scrivi perché ti servono.")), _MOST],
        render_kw={"rows": 4},
    )


class AnswerForm(PortalForm):
    """What the firm concerned says."""

    objects = RadioField(
        _l("La tua risposta"),
        choices=[SelectChoice("yes", _l("Mi oppongo")), SelectChoice("no", _l("Non ho nulla in contrario"))],
        validators=[InputRequired(_l("Scegli una risposta."))],
    )
    text = TextAreaField(
        _l("Motivi"),
        description=_l("Servono se ti opponi: per esempio un segreto tecnico o commerciale, e in quali pagine."),
        validators=[_MOST],
        render_kw={"rows": 4},
    )


class DecisionForm(PortalForm):
    """What the office decides."""

    decision = RadioField(
        _l("Decisione"),
        choices=[
            SelectChoice("granted", _l("Accolta")),
            SelectChoice("partly", _l("Accolta in parte")),
            SelectChoice("refused", _l("Respinta")),
            SelectChoice("deferred", _l("Differita")),
        ],
        validators=[InputRequired(_l("Scegli una decisione."))],
    )
    reason = TextAreaField(
        _l("Motivazione"),
        description=_l("L'impresa la legge; se c'è un'opposizione, spiega perché prevale o no."),
        validators=[InputRequired(_l("Scrivi la motivazione.")), _MOST],
        render_kw={"rows": 4},
    )
    until = DayField(
        _l("Differita fino al"), description=_l("Solo per una richiesta differita."), validators=[Optional()]
    )


class PressForm(PortalForm):
    """A button."""
