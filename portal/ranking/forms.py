"""Forms of the ranking."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.web.forms import PortalForm


class DrawForm(PortalForm):
    """Why a new version; may stay empty until one was published."""

    reason = TextAreaField(_l("Perché serve una nuova versione"), validators=[Length(max=2000)])


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
