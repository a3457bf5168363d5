"""The people of the demonstration: each comes in by the door that people use."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts_queries, service as accounts
from portal.accounts.models import User
from portal.accounts.rules import MembershipKind, Scope, StaffRoleName
from portal.companies import queries as companies_queries, service as companies
from portal.companies.models import Company
from portal.companies.rules import places
from portal.companies.rules.profile import (
    Activity,
    Figures,
    Identity,
    Part,
    Person,
    Representatives,
    Seats,
    YearFigures,
    fingerprint,
)
from portal.demo.firms import Firm, Place, firms
from portal.kernel.clock import ROME
from portal.kernel.errors import NotFound

BY = "demo@portale.example"
LOMBARDY = "Lombardia"


@dataclass(frozen=True)
class Staff:
    """One sign-in of the office."""

    role: str
    email: str
    full_name: str
    job: StaffRoleName | None = None


STAFF = (
    Staff("manager", "responsabile@unioncamere.example", "Marta Colnaghi", StaffRoleName.MANAGER),
    Staff("manager", "direzione@unioncamere.example", "Cesare Galbiati", StaffRoleName.MANAGER),
    Staff("events", "eventi@unioncamere.example", "Fabio Radaelli", StaffRoleName.EVENTS),
    Staff("reviewer", "valutatrice.uno@nucleo.example", "Irene Castoldi", StaffRoleName.REVIEWER),
    Staff("reviewer", "valutatore.due@nucleo.example", "Tommaso Invernizzi", StaffRoleName.REVIEWER),
    Staff("reviewer", "valutatrice.tre@nucleo.example", "Beatrice Longhi", StaffRoleName.REVIEWER),
    Staff("auditor", "controllo@regione.example", "Ettore Meda"),
)
ADMIN = Staff("admin", "amministrazione@unioncamere.example", "Nadia Perego")
COLLEAGUES = (
    Staff("colleague", "collega@impresa-demo.example", "Sergio Maffeis"),
    Staff("delegate", "consulente@studio-demo.example", "Lidia Bonfanti"),
)
MANAGER = next(one.email for one in STAFF if one.role == "manager")
OWNER = Staff("owner", "titolare@impresa-demo.example", "Anna Maffeis")


def lombard_places() -> list[Place]:
    """The municipalities of Lombardy, from ISTAT's list; postcodes are those of the provincial capitals."""
    return [
        Place(one.name, one.code, one.province, CAPITALS[one.province])
        for one in places.in_region(LOMBARDY)
        if one.province in CAPITALS
    ]


CAPITALS = {
    "BG": "24121", "BS": "25121", "CO": "22100", "CR": "26100", "LC": "23900", "LO": "26900",
    "MB": "20900", "MI": "20121", "MN": "46100", "PV": "27100", "SO": "23100", "VA": "21100",
}  # fmt: skip


def make_accounts(session: Session, file: Path, *, now: datetime) -> list[dict[str, Any]]:
    """Make the sign-ins that are not there yet and write them to `file`, readable by its owner alone."""
    kept = {row["email"]: row for row in json.loads(file.read_text())} if file.exists() else {}
    sign_ins: list[dict[str, Any]] = []

    def sign_in(staff: Staff, company: str | None = None) -> str:
        password: str = kept.get(staff.email, {}).get("password") or secrets.token_urlsafe(12)
        sign_ins.append(
            {"role": staff.role, "email": staff.email, "password": password, "totp_secret": None, "company": company}
        )
        return password

    firm = next(one for one in firms(100, places=lombard_places(), seed=1) if one.ateco.startswith("13"))
    own = sign_in(OWNER, firm.vat)
    others = [(one, sign_in(one, firm.vat)) for one in COLLEAGUES]
    hired = [(one, sign_in(one)) for one in STAFF]
    chief = sign_in(ADMIN)
    if accounts_queries.find_by_email(session, ADMIN.email) is None:
        accounts.create_admin(session, email=ADMIN.email, full_name=ADMIN.full_name, password=chief, now=now)
        for one, password in hired:
            hire(session, one, password, now=now)
        company = settle(session, firm, person=OWNER, password=own, now=now)
        for one, password in others:
            bring_in(session, company.id, one, password, now=now)
    _write(file, sign_ins)
    return sign_ins


def _write(file: Path, sign_ins: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(sign_ins, out, indent=2)
        out.write("\n")


def hire(session: Session, staff: Staff, password: str, *, now: datetime) -> None:
    """Invite a member of staff, who accepts; give the role."""
    user = accounts.invite(session, email=staff.email, full_name=staff.full_name, by=ADMIN.email, now=now)
    accounts.accept_invitation(session, user.id, epoch=user.epoch, password=password, now=now)
    if staff.job:
        accounts.give_role(session, user.id, staff.job, call_id=None, by=ADMIN.email, now=now)
    if staff.role == "auditor":
        accounts.set_flags(session, user.id, is_admin=False, is_auditor=True, by=ADMIN.email, now=now)


def bring_in(session: Session, company_id: UUID, staff: Staff, password: str, *, now: datetime) -> None:
    """The owner invites a colleague, or a delegate for a year; they accept."""
    today = now.astimezone(ROME).date()
    kind = MembershipKind(staff.role)
    scope = Scope(valid_from=today, valid_until=None)
    if kind is MembershipKind.DELEGATE:
        scope = Scope(
            valid_from=today, valid_until=today + timedelta(days=365), deed="Procura del 12/11/2026, rep. 4821"
        )
    member = accounts.add_member(
        session, company_id, kind, email=staff.email, full_name=staff.full_name, scope=scope, by=OWNER.email, now=now
    )
    user = accounts_queries.find_user(session, member.user_id)
    if user is None:
        raise NotFound
    accounts.accept_invitation(session, user.id, epoch=user.epoch, password=password, now=now)


def settle(session: Session, firm: Firm, *, person: Staff, password: str, now: datetime) -> Company:
    """A person registers, confirms, adds the firm and fills its profile in."""
    user = _registered(session, person, password, now=now)
    company = companies.register(
        session,
        vat=firm.vat,
        tax_code=firm.vat,
        legal_name=firm.legal_name,
        legal_form=firm.legal_form,
        by=user.email,
        full_name=user.full_name,
        now=now,
    )
    for part in _parts(firm, this_year=now.year):
        seen = companies_queries.part(company, type(part))
        company = companies.save(session, company.id, part, seen=fingerprint(seen), by=user.email, now=now)
    return company


def _registered(session: Session, person: Staff, password: str, *, now: datetime) -> User:
    accounts.register(
        session, email=person.email, full_name=person.full_name, password=password, language="it", now=now
    )
    user = accounts_queries.find_by_email(session, person.email)
    if user is None:
        raise NotFound
    accounts.confirm(session, user.id, epoch=user.epoch, password=password, now=now)
    return user


def _parts(firm: Firm, *, this_year: int) -> Iterable[Part]:
    yield Identity(
        legal_name=firm.legal_name,
        legal_form=firm.legal_form,
        is_sole_trader=False,
        tax_code=firm.vat,
        rea=firm.rea,
        founded_on=firm.founded_on,
        pec=firm.pec,
        phone="0245789012",
        website=f"https://www.{firm.email.split('@')[1]}",
    )
    yield Seats(
        address=firm.address,
        municipality=firm.place.name,
        municipality_code=firm.place.code,
        province=firm.place.province,
        postcode=firm.place.postcode,
    )
    yield Activity(ateco_edition="2025", ateco_primary=firm.ateco, ateco_secondary=())
    yield Figures(
        years=tuple(
            YearFigures(
                year=this_year - back,
                awu=firm.awu,
                turnover_eur=int(firm.turnover_eur * (100 - 4 * back) / 100),
                balance_eur=int(firm.balance_eur * (100 - 3 * back) / 100),
                export_share=max(Decimal(0), firm.export_share - back),
            )
            for back in (3, 2, 1)
        ),
        merged=False,
    )
    yield Representatives(people=(Person(full_name=firm.person, tax_code=firm.person_tax_code, role="Amministratore"),))
