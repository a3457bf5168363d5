"""Forms of the ranking."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from portal.web.forms import PortalForm


class DrawForm(PortalForm):
    """Why a new version; may stay empty until one was published."""

    reason = TextAreaField(_l("Perché serve una nuova versione"), validators=[Length(max=2000)])


class PressForm(PortalForm):
    """A button."""
