"""Shapes of input of the calls' pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from portal.web.forms import PortalForm


class EditForm(PortalForm):
    """A call as YAML, written in the page or in a file; the file wins. `base` is the version that was read."""

    file = FileField(_l("File YAML"))
    yaml = TextAreaField(_l("Bando in YAML"), validators=[Length(max=1_000_000)])
    reason = StringField(
        _l("Motivo della modifica"),
        description=_l("Resta nella storia del bando e, se è pubblicato, lo leggono tutti."),
        validators=[Optional(), Length(max=500)],
    )
    base = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        super().__init__(*args, **kwargs)
        # asked for when confirming, not for a mere check: the label must not call them optional
        self.yaml.flags.required = self.reason.flags.required = True

    @property
    def text(self) -> str | bytes:
        """What to read: the file's bytes, else the text of the page."""
        sent = self.file.data
        content: bytes = sent.read() if sent and sent.filename else b""
        return content or (self.yaml.data or "").replace("\r\n", "\n")


class ActForm(PortalForm):
    """One button."""
