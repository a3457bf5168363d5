"""What else than points decides: groups with a reserve, amounts asked for, grants that are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.calls.models import Call
from portal.calls.rules.content import CallContent, Group
from portal.calls.rules.requested import amount_asked
from portal.companies.models import Company
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.facts import Facts
from portal.ranking import queries
from portal.ranking.models import Ranking
from portal.ranking.rules import KEEPS, Entry, Granted, Request


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Read once a call, and only as far as the call asks; by application, `funded_before` by firm."""

    content: CallContent
    granted: Mapping[UUID, tuple[Decimal, str | None]]
    asked: Mapping[UUID, str | None]
    sites: Mapping[UUID, str | None]
    facts: Mapping[UUID, dict[str, Any]]
    funded_before: set[UUID]

    @classmethod
    def of(cls, session: Session, call: Call, content: CallContent, before: Ranking | None) -> Self:
        """Those of a call; `before` is the version published before."""
        groups = [reserve.group for reserve in content.reserves]
        field = content.budget.asked
        return cls(
            content=content,
            granted=queries.granted(session, before.id) if before else {},
            asked=queries.asked_amounts(session, call.id, field) if field else {},
            sites=queries.sites(session, call.id) if any(group.provinces for group in groups) else {},
            facts=queries.facts(session, call.id) if any(group.sizes for group in groups) else {},
            funded_before=queries.funded_before(session, call) if any(group.newcomers for group in groups) else set(),
        )

    def add_to(self, entry: Entry, application: Application, firm: Company) -> Entry:
        """The entry with its groups, amount and grant."""
        amount = amount_asked(self.content, self.asked.get(application.id)) if self.content.budget.asked else None
        return replace(
            entry,
            amount_eur=amount,
            groups=frozenset(one.key for one in self.content.reserves if self._is_in(one.group, application, firm)),
            granted=self._granted(application, amount),
        )

    def _is_in(self, group: Group, application: Application, firm: Company) -> bool:
        """What is not known puts nobody in a group."""
        if group.provinces:
            return self.sites.get(application.id) in group.provinces
        if group.newcomers:
            return firm.id not in self.funded_before
        if application.id not in self.facts:
            return False
        size = Case(self.content, Facts.model_validate(self.facts[application.id])).size
        return size is not None and size.size.value in group.sizes

    def _granted(self, application: Application, amount: Decimal | None) -> Granted | None:
        if application.status not in KEEPS:
            return None
        whole = amount if amount is not None else self.content.budget.unit_value_eur
        return Granted(*self.granted.get(application.id, (whole, None)))


def other_requests(session: Session, call: Call, content: CallContent) -> list[Request]:
    """What counts towards overbooking without being an entry; nothing where the call has none."""
    if content.overbooking_pct is None:
        return []
    field = content.budget.asked
    found = queries.requests(session, call.id, asked=field)
    return [
        Request(arrival=arrival, asked_eur=amount_asked(content, answer) if field else None)
        for arrival, answer in found
    ]
