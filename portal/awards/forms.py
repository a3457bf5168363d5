"""What people write about awards and aid."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import UUID, InputRequired, Length, NumberRange, Optional

from portal.awards.rules.cors import BadLines
from portal.awards.service import Act, Check, Codes, Terms
from portal.web.forms import DayField, MoneyField, PortalForm

_REASON = [
    InputRequired(_l("Scrivi il motivo.")),
    Length(min=10, max=2000, message=_l("Scrivi il motivo, da 10 a 2.000 caratteri.")),
]
MOST_TOLD = 50
"""Bad lines that are said one by one."""
_CODE = [Length(max=40, message=_l("Al massimo 40 caratteri."))]


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class ButtonForm(PortalForm):
    """A button."""


class WaiveForm(PortalForm):
    """Why the firm gives up."""

    reason = TextAreaField(_l("Motivo della rinuncia"), validators=_REASON, render_kw={"rows": 3})


class AidForm(PortalForm):
    """An aid that the firm had elsewhere."""

    recipient = RadioField(
        _l("Chi l'ha ricevuto"),
        choices=[
            SelectChoice("own", _l("La nostra impresa")),
            SelectChoice("linked", _l("Un'altra impresa dell'impresa unica")),
        ],
        default="own",
        validators=[InputRequired(_l("Scegli chi l'ha ricevuto."))],
    )
    body = StringField(
        _l("Ente che l'ha concesso"),
        filters=[_stripped],
        validators=[InputRequired(_l("Scrivi chi l'ha concesso.")), Length(max=200)],
    )
    act = StringField(_l("Atto o misura"), filters=[_stripped], validators=[Length(max=200)])
    granted_on = DayField(
        _l("Data di concessione"),
        description=_l("Il giorno in cui è nato il diritto, non quello del pagamento."),
        validators=[InputRequired(_l("Scrivi la data di concessione."))],
    )
    eur = MoneyField(
        _l("Importo"),
        description=_l("Equivalente sovvenzione lordo, come nella lettera o nel registro nazionale aiuti."),
        validators=[
            InputRequired(_l("Scrivi l'importo.")),
            NumberRange(min=0, max=10**9, message=_l("L'importo va da zero a un miliardo.")),
        ],
    )
    cor = StringField(_l("COR"), filters=[_stripped], validators=_CODE)


class CorrectionForm(PortalForm):
    """Why a declared aid is taken back."""

    reason = TextAreaField(_l("Perché questo aiuto non va contato"), validators=_REASON, render_kw={"rows": 3})


class ActForm(PortalForm):
    """The act that grants, and the codes of the measure."""

    act_number = StringField(
        _l("Atto di concessione"),
        description=_l("Tipo e numero, per esempio «Determinazione 214»."),
        filters=[_stripped],
        validators=[InputRequired(_l("Scrivi il numero dell'atto.")), Length(max=80)],
    )
    act_on = DayField(_l("Data dell'atto"), validators=[InputRequired(_l("Scrivi la data dell'atto."))])
    cup = StringField(_l("CUP"), filters=[_stripped], validators=_CODE)
    car = StringField(_l("CAR"), filters=[_stripped], validators=_CODE)

    @property
    def act(self) -> Act:
        """The act as the verb takes it."""
        return Act(number=self.act_number.data, on=cast("date", self.act_on.data), cup=self.cup.data, car=self.car.data)


class AwardForm(ActForm):
    """One grant, with its check in the national register."""

    vercor = StringField(
        _l("VERCOR"),
        description=_l("Numero della verifica nel registro nazionale aiuti, fatta prima dell'atto."),
        filters=[_stripped],
        validators=_CODE,
    )
    checked_on = DayField(_l("Data della verifica"), validators=[Optional()])

    @property
    def check(self) -> Check | None:
        """The check; None where none was written whole."""
        if self.vercor.data and self.checked_on.data:
            return Check(vercor=self.vercor.data, on=self.checked_on.data)
        return None


class BulkForm(ActForm):
    """Many grants by one act, checked on one day; each firm's VERCOR stands in a field named `vercor-<id>`."""

    checked_on = DayField(_l("Data delle verifiche nel registro nazionale"), validators=[Optional()])

    def check(self, vercor: str) -> Check | None:
        """The check of one firm."""
        return Check(vercor=vercor, on=self.checked_on.data) if vercor and self.checked_on.data else None


class CodesForm(PortalForm):
    """What the national register answered."""

    cor = StringField(_l("COR"), filters=[_stripped], validators=_CODE)
    cor_on = DayField(_l("Data del COR"), validators=[Optional()])
    cor_confirmed_on = DayField(_l("COR confermato il"), validators=[Optional()])
    covar = StringField(_l("COVAR"), filters=[_stripped], validators=_CODE)
    covar_on = DayField(_l("Data del COVAR"), validators=[Optional()])
    cup = StringField(_l("CUP"), filters=[_stripped], validators=_CODE)
    car = StringField(_l("CAR"), filters=[_stripped], validators=_CODE)

    @property
    def codes(self) -> Codes:
        """The codes as the verb takes them."""
        return Codes(**{name: field.data for name, field in self._fields.items() if name in Codes.__dataclass_fields__})


class EndForm(PortalForm):
    """A forfeiture or a revocation."""

    reason = TextAreaField(
        _l("Motivo"), description=_l("Va nella comunicazione all'impresa."), validators=_REASON, render_kw={"rows": 4}
    )
    act_number = StringField(_l("Atto"), filters=[_stripped], validators=[Length(max=80)])
    act_on = DayField(_l("Data dell'atto"), validators=[Optional()])
    provided_eur = MoneyField(
        _l("Valore già erogato o fornito"),
        description=_l("Quanto l'impresa ha già avuto, in denaro o in servizi; vuoto se nulla."),
        validators=[Optional(), NumberRange(min=0, message=_l("Non può essere negativo."))],
    )
    recover_eur = MoneyField(
        _l("Somma da recuperare"),
        description=_l("Senza gli interessi legali, che calcola l'ufficio."),
        validators=[Optional(), NumberRange(min=0, message=_l("Non può essere negativa."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - as WTForms does
        """An act has number and date, or neither."""
        is_good = bool(super().validate(extra_validators=extra_validators))
        if bool(self.act_number.data) != bool(self.act_on.data):
            self.act_on.errors = [*self.act_on.errors, str(_l("Scrivi numero e data dell'atto, o nessuno dei due."))]
            return False
        return is_good

    @property
    def terms(self) -> Terms:
        """The terms as the verbs take them."""
        return Terms(
            reason=self.reason.data,
            act_number=self.act_number.data,
            act_on=self.act_on.data,
            provided_eur=self.provided_eur.data or Decimal(0),
            recover_eur=self.recover_eur.data or Decimal(0),
        )


class DenyForm(PortalForm):
    """Why two firms are no single undertaking."""

    link = HiddenField(validators=[Length(min=3, max=50)])
    reason = TextAreaField(
        _l("Perché non è un collegamento"),
        description=_l("Che cosa hai controllato e dove, per esempio la visura del registro imprese."),
        validators=_REASON,
        render_kw={"rows": 2},
    )


class DrawForm(PortalForm):
    """Why the reserve is drawn."""

    reason = TextAreaField(_l("Perché si scorre la graduatoria"), validators=_REASON, render_kw={"rows": 3})


class CorsForm(PortalForm):
    """What the national register answered about a batch, line by line; a file comes beside it."""

    lines = TextAreaField(
        _l("Riga per riga"),
        description=_l(
            "Una per concessione: posizione nel lotto (o protocollo), COR e, se serve, data. Incollale dal foglio del "
            "registro, o scrivile separate da «;»."
        ),
        validators=[Length(max=400_000, message=_l("Il testo è troppo lungo: dividilo."))],
        render_kw={"rows": 12, "spellcheck": "false"},
    )
    on = DayField(_l("Data dei COR"), description=_l("Per le righe che non ne hanno una."), validators=[Optional()])

    def blame(self, refusal: BadLines) -> None:
        """Each bad line in the summary and beside the field, up to a number that can be read."""
        told = [str(fault) for fault in refusal.faults[:MOST_TOLD]]
        more = len(refusal.faults) - len(told)
        told += [str(_l("E altre %(more)s righe.", more=more))] if more > 0 else []
        self.lines.errors = [str(refusal), *told]


class BatchForm(PortalForm):
    """The call whose awards go into a batch."""

    call = HiddenField(validators=[UUID(_l("Scegli un bando."))])
