"""Who doesn't come says why: a firm must, a buyer may."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from portal.web.forms import PortalForm

LONGEST: Final = 500


def _field(hint: Any, *checks: Any) -> TextAreaField:  # noqa: ANN401 - a lazy text, validators
    return TextAreaField(
        _l("Motivo"),
        description=hint,
        filters=[lambda text: (text or "").strip()],
        validators=[*checks, Length(max=LONGEST, message=_l("Al massimo 500 caratteri."))],
    )


class WithdrawalForm(PortalForm):
    """Why a firm doesn't come."""

    reason = _field(_l("Lo legge l'ufficio."), DataRequired(_l("Scrivi in breve il motivo.")))


class DeclineForm(PortalForm):
    """Why a buyer doesn't come, where they say so."""

    reason = _field(_l("Lo leggono gli organizzatori."), Optional())
