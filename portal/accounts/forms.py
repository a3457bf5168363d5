"""Shapes of what people type about themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Field, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from portal.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, StaffRoleName
from portal.kernel.values import is_pec
from portal.web.forms import Is, PortalForm

ALL_CALLS = "all"
_ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029<>]*$"

ROLE_WORDS = {
    StaffRoleName.MANAGER: _l("Responsabile di bando"),
    StaffRoleName.EVENTS: _l("Ufficio eventi"),
    StaffRoleName.REVIEWER: _l("Valutatore"),
}


def stripped(text: str | None) -> str:
    """Without spaces around."""
    return (text or "").strip()


def address_field() -> Field:
    """An e-mail address."""
    return EmailField(
        _l("Indirizzo e-mail"),
        filters=[stripped],
        validators=[
            Is(is_pec, _l("Scrivi un indirizzo e-mail completo, per esempio nome@impresa.it.")),
            Length(max=254, message=_l("L'indirizzo supera i 254 caratteri.")),
        ],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )


def name_field() -> Field:
    """First name and surname."""
    return StringField(
        _l("Nome e cognome"),
        filters=[stripped],
        validators=[
            InputRequired(_l("Scrivi nome e cognome.")),
            Length(min=2, max=120, message=_l("Nome e cognome: da 2 a 120 caratteri.")),
            Regexp(_ONE_LINE, message=_l("Il nome contiene caratteri che non si possono usare.")),
        ],
        render_kw={"autocomplete": "name"},
    )


def new_password_field(label: Any = None) -> Field:  # noqa: ANN401 - a lazy text
    """A password to be chosen."""
    length = Length(
        min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_l("La password deve avere da 12 a 128 caratteri.")
    )
    return PasswordField(
        label or _l("Password"),
        validators=[InputRequired(_l("Scegli una password.")), length],
        description=_l("Almeno 12 caratteri: tre o quattro parole a caso vanno bene."),
        render_kw={"autocomplete": "new-password"},
    )


class RegisterForm(PortalForm):
    """A new account."""

    full_name = name_field()
    email = address_field()
    password = new_password_field()


class SignInForm(PortalForm):
    """Address and password."""

    email = address_field()
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Scrivi la password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class ConfirmForm(PortalForm):
    """The password chosen at registration."""

    password = PasswordField(
        _l("La password che hai scelto"),
        validators=[InputRequired(_l("Scrivi la password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class AskResetForm(PortalForm):
    """Where to send the link."""

    email = address_field()


class ChoosePasswordForm(PortalForm):
    """A new password, by a link."""

    password = new_password_field()
    again = PasswordField(
        _l("Ripeti la password"),
        validators=[EqualTo("password", message=_l("Le due password non coincidono."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(PortalForm):
    """A new password, by the old one."""

    current = PasswordField(
        _l("Password attuale"),
        validators=[InputRequired(_l("Scrivi la password attuale.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    new = new_password_field(_l("Nuova password"))


class ProfileForm(PortalForm):
    """One's own name and language."""

    full_name = name_field()
    language = SelectField(
        _l("Lingua dei messaggi"),
        choices=[SelectChoice("it", "Italiano"), SelectChoice("en", "English")],
        validators=[InputRequired()],
    )


class PressForm(PortalForm):
    """Nothing but a button."""


class InviteForm(PortalForm):
    """A colleague of the office."""

    full_name = name_field()
    email = address_field()


class RoleForm(PortalForm):
    """A role, for one call or for all."""

    role = SelectField(
        _l("Ruolo"),
        validators=[InputRequired()],
        choices=[SelectChoice(role.value, words) for role, words in ROLE_WORDS.items()],
    )
    call = SelectField(_l("Bando"), validators=[InputRequired()])

    def offer(self, calls: Sequence[tuple[UUID, str]]) -> "RoleForm":
        """The calls to choose from: (id, title)."""
        self.call.choices = [
            SelectChoice(ALL_CALLS, _l("Tutti i bandi")),
            *(SelectChoice(str(id_), title) for id_, title in calls),
        ]
        return self

    @property
    def call_id(self) -> UUID | None:
        """The call chosen; None, all."""
        return None if self.call.data == ALL_CALLS else UUID(self.call.data)


class FlagsForm(PortalForm):
    """What one may do everywhere."""

    is_admin = BooleanField(_l("Amministratore: utenti, ruoli, stato del servizio"))
    is_auditor = BooleanField(_l("Controllore: legge e scarica, non scrive"))
