"""Who acts for a firm."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import events, queries
from portal.accounts.models import Membership, User
from portal.accounts.rules import AlreadyMember, LastOwner, MembershipKind, Scope, check_scope
from portal.accounts.service.staff import find_or_make
from portal.audit import service as audit
from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.kernel.errors import NotFound


def add_member(
    session: Session,
    company_id: UUID,
    kind: MembershipKind,
    *,
    email: str,
    full_name: str,
    scope: Scope,
    by: str,
    now: datetime,
) -> Membership:
    """Let a person act for a firm; a stranger to the portal gets a link to choose a password.

    The caller has asked whether `by` may grant this. Raises AlreadyMember, MandateNeedsDates, DatesOutOfOrder.
    """
    check_scope(kind, scope)
    user = find_or_make(session, email=email, full_name=full_name)
    _clear_the_way(session, company_id, user, now=now)
    membership = Membership(
        user_id=user.id,
        company_id=company_id,
        kind=kind,
        valid_from=scope.valid_from,
        valid_until=scope.valid_until,
        call_id=scope.call_id,
        may_submit=scope.may_submit,
        deed=scope.deed.strip(),
        granted_by=by,
    )
    session.add(membership)
    session.flush()
    if user.confirmed_at is None:
        outbox.emit(session, events.Invited(user_id=user.id))
    elif user.email != by:
        outbox.emit(session, events.MandateGiven(membership_id=membership.id))
    audit.record(
        session,
        "accounts.add_member",
        subject_type="company",
        subject_id=company_id,
        by=by,
        at=now,
        detail={"user_id": str(user.id), "kind": kind.value, "until": scope.valid_until},
    )
    return membership


def _clear_the_way(session: Session, company_id: UUID, user: User, *, now: datetime) -> None:
    """A mandate that ran out gives way to a new one; one in force does not."""
    for old in queries.lock_memberships(session, company_id):
        if old.user_id == user.id:
            if old.valid_until is None or old.valid_until >= now.astimezone(ROME).date():
                raise AlreadyMember(field="email")
            old.revoked_at = now
            session.flush()


def revoke_member(session: Session, membership_id: UUID, *, company_id: UUID, by: str, now: datetime) -> None:
    """End a membership: the person's next request is refused. Raises NotFound, LastOwner."""
    live = queries.lock_memberships(session, company_id)
    membership = next((one for one in live if one.id == membership_id), None)
    if membership is None:
        raise NotFound
    owners = [one for one in live if one.kind is MembershipKind.OWNER]
    if owners == [membership]:
        raise LastOwner
    membership.revoked_at = now
    outbox.emit(session, events.MandateRevoked(membership_id=membership.id))
    detail = {"user_id": str(membership.user_id), "kind": membership.kind.value}
    audit.record(
        session, "accounts.revoke_member", subject_type="company", subject_id=company_id, by=by, at=now, detail=detail
    )
