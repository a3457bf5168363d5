"""Forms of the ranking."""

from typing import Final

from flask_babel import LazyString, lazy_gettext as _l
from wtforms import IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.ranking.rules import Cause
from portal.web.forms import PortalForm

CAUSES: Final[dict[Cause, LazyString]] = {
    Cause.CORRECTION: _l("correzione"),
    Cause.WAIVER: _l("rinuncia"),
    Cause.EXCLUSION: _l("esclusione"),
    Cause.LATE_OBSERVATION: _l("osservazioni accolte"),
    Cause.RESERVE_DRAW: _l("scorrimento della riserva"),
    Cause.FIRST: _l("prima versione"),
}


class DrawForm(PortalForm):
    """Why a new version, asked once one was published; the seed, where the call draws lots."""

    cause = SelectField(
        _l("Che cosa è cambiato"),
        choices=[SelectChoice(cause.value, words) for cause, words in CAUSES.items() if cause is not Cause.FIRST],
        default=Cause.CORRECTION.value,
        validate_choice=True,
    )
    reason = TextAreaField(_l("Perché serve una nuova versione"), validators=[Length(max=2000)])
    seed = StringField(
        _l("Seme del sorteggio"), filters=[lambda text: (text or "").strip()], validators=[Length(max=64)]
    )


class ActForm(PortalForm):
    """The draft act's text; `base` is the version it was edited from."""

    base = IntegerField(widget=HiddenInput(), default=0)
    text = TextAreaField(
        _l("Testo"),
        description=_l("Una riga, un capoverso. # titolo, ## sezione, - punto. I nomi tra {{ }} diventano valori."),
        validators=[InputRequired(_l("Scrivi il testo.")), Length(max=40_000)],
        render_kw={"rows": 24, "spellcheck": "true"},
    )
    reason = TextAreaField(
        _l("Perché lo cambi"), description=_l("Serve per salvare, non per l'anteprima."), validators=[Length(max=2000)]
    )


class PressForm(PortalForm):
    """A button."""
