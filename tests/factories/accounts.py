"""People."""

from datetime import date
from uuid import uuid4

from factory.alchemy import SQLAlchemyModelFactory
from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory, Trait

from portal import db
from portal.accounts.models import Membership, StaffRole, User
from portal.accounts.rules import MembershipKind, StaffRoleName
from portal.accounts.service import hashes
from portal.kernel.clock import utcnow
from tests.factories.companies import CompanyFactory

PASSWORD = "quattro parole messe a caso"
_HASH = hashes.hash_(PASSWORD)


class Factory(SQLAlchemyModelFactory):
    """Rows of the application's own session, flushed."""

    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"


class UserFactory(Factory):
    """A confirmed person who knows PASSWORD and does nothing yet."""

    class Meta:
        model = User

    class Params:
        unconfirmed = Trait(confirmed_at=None)
        invited = Trait(confirmed_at=None, password_hash=None)
        admin = Trait(is_admin=True)
        auditor = Trait(is_auditor=True)

    email = Sequence(lambda n: f"persona{n}@impresa.example")
    full_name = Sequence(lambda n: f"Persona Numero {n}")
    password_hash = _HASH
    language = "it"
    is_admin = False
    is_auditor = False
    epoch = 1
    confirmed_at = LazyFunction(utcnow)


class StaffRoleFactory(Factory):
    """A manager of every call; `call_id` narrows it, `role` changes it."""

    class Meta:
        model = StaffRole
        exclude = ("user",)

    user = SubFactory(UserFactory)
    user_id = SelfAttribute("user.id")
    role = StaffRoleName.MANAGER
    call_id = None
    granted_by = "system"


class MembershipFactory(Factory):
    """The owner of a firm; `delegate=True` gives a mandate of a year."""

    class Meta:
        model = Membership
        exclude = ("company",)

    class Params:
        delegate = Trait(
            kind=MembershipKind.DELEGATE,
            valid_until=LazyFunction(lambda: date(2099, 12, 31)),
            deed="Procura 12/2026",
        )
        colleague = Trait(kind=MembershipKind.COLLEAGUE)

    user = SubFactory(UserFactory)
    company = SubFactory(CompanyFactory)
    company_id = SelfAttribute("company.id")
    kind = MembershipKind.OWNER
    valid_from = date(2026, 1, 1)
    granted_by = "system"


def staff(role: StaffRoleName = StaffRoleName.MANAGER, *, call_id=None):
    """A person with a staff role, at an address of the office's own."""
    user = UserFactory(email=f"ufficio-{uuid4().hex[:8]}@unioncamere.example")
    StaffRoleFactory(user=user, role=role, call_id=call_id)
    return user
