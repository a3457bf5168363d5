"""What staff write when they decide."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import UUID, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import PortalForm

_LONG_ENOUGH = [
    InputRequired(_l("Scrivi il motivo.")),
    Length(min=10, max=2000, message=_l("Scrivi il motivo, da 10 a 2.000 caratteri.")),
]


class ReasonForm(PortalForm):
    """A decision and its reason."""

    reason = TextAreaField(
        _l("Motivo"),
        description=_l("Resta negli atti e nella storia della domanda."),
        validators=_LONG_ENOUGH,
        render_kw={"rows": 4},
    )


class ReopenForm(ReasonForm):
    """Why a decided check is opened again."""

    reason = TextAreaField(
        _l("Motivo"),
        description=_l("Resta negli atti; l'impresa lo legge così com'è, nella comunicazione di avvio."),
        validators=_LONG_ENOUGH,
        render_kw={"rows": 5},
    )


class CorrectionForm(ReasonForm):
    """A person's answer to one rule of the report that was on the page."""

    report = HiddenField(validators=[UUID(_l("Ricarica la pagina e riprova."))])
    verdict = RadioField(
        _l("Esito"),
        choices=[
            SelectChoice("pass", _l("Soddisfatto")),
            SelectChoice("fail", _l("Non soddisfatto")),
            SelectChoice("to_verify", _l("Da verificare")),
        ],
        validators=[InputRequired(_l("Scegli un esito."))],
    )


class BulkForm(PortalForm):
    """Applications to admit together; the reason answers what was to verify in each."""

    applications = SelectMultipleField(
        _l("Domande da ammettere"),
        choices=[],
        validate_choice=False,
        validators=[InputRequired(_l("Scegli almeno una domanda."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = TextAreaField(
        _l("Verifiche fatte"),
        description=_l(
            "Vale per tutti i requisiti ancora da verificare delle domande scelte: di' che cosa hai controllato e dove."
        ),
        validators=[Length(max=2000, message=_l("Al massimo 2.000 caratteri."))],
        render_kw={"rows": 3},
    )
