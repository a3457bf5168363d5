"""The smaller forms: declarations, freezing, handing in, withdrawing, verifying."""

from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from portal.applications.queries import Folder
from portal.applications.rules.answers import NEVER
from portal.applications.service import Change
from portal.web.forms import PortalForm
from portal.web.language import current

PREFIX = "d_"


class DeclarationsForm(PortalForm):
    """One box a statement; a box is ticked only if this firm ticked it."""

    folder: Folder

    def statements(self) -> list[Any]:
        """The boxes, in the call's order."""
        return [one for one in self if one.short_name.startswith(PREFIX)]

    def changes(self) -> list[Change]:
        """Statements made or taken back; whoever comes second agrees or is told by what the page shows."""
        found = []
        for one in self.statements():
            key = one.short_name.removeprefix(PREFIX)
            there = self.folder.answers.get(key, NEVER)
            if there.value is not one.data and (one.data or there.revision):
                found.append(Change(key, bool(one.data), None, there.revision))
        return found

    def check_all(self) -> bool:
        """Whether every statement that must be made is made; errors stand beside the boxes."""
        needed = {one.key for one in self.folder.content.declarations if one.required}
        for one in self.statements():
            if one.short_name.removeprefix(PREFIX) in needed and not one.data:
                one.errors = [*one.errors, _("Questa dichiarazione è necessaria per partecipare.")]
        return not self.summary


def declarations_form(folder: Folder) -> DeclarationsForm:
    """The statements of the call, with those already made."""
    language = current()
    boxes = {PREFIX + one.key: BooleanField(one.text.in_(language)) for one in folder.content.declarations}
    made: type[DeclarationsForm] = type("Declarations", (DeclarationsForm,), boxes)
    stored = {PREFIX + one.key: folder.answers.get(one.key, NEVER).value is True for one in folder.content.declarations}
    form = made(data=stored)
    form.folder = folder
    return form


class FreezeForm(PortalForm):
    """Nothing but the will."""


class SubmitForm(PortalForm):
    """The hash of what the sender saw."""

    sha256 = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$", message=_l("Riapri la pagina e riprova."))])


class WithdrawForm(PortalForm):
    """Why, and that it is meant."""

    reason = TextAreaField(
        _l("Motivo del ritiro"),
        description=_l("Resta agli atti insieme alla domanda."),
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired(_l("Scrivi in breve il motivo.")),
            Length(max=1000, message=_l("Al massimo 1.000 caratteri.")),
        ],
    )
    is_meant = BooleanField(
        _l("Confermo di voler ritirare la domanda"), validators=[InputRequired(_l("Spunta la casella per confermare."))]
    )


class VerifyForm(PortalForm):
    """The code of a receipt."""

    code = StringField(
        _l("Codice della ricevuta"),
        description=_l(
            "Sedici lettere e numeri, come ABCD-EFGH-JKLM-NPQR: è in fondo alla ricevuta, accanto al codice QR."
        ),
        filters=[lambda text: normal(text or "")],
        validators=[
            Regexp(
                r"^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$",
                message=_l("Controlla il codice: sono sedici lettere e numeri."),
            )
        ],
    )


def normal(code: str) -> str:
    """The code in capitals with a hyphen every four, however it was typed."""
    bare = "".join(letter for letter in code.upper()[:64] if letter.isalnum())
    return "-".join(bare[at : at + 4] for at in range(0, len(bare), 4))
