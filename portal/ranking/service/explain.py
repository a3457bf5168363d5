"""Why a firm is where it is, from the published lines alone."""

from collections import OrderedDict
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from portal.ranking import queries, rules
from portal.ranking.models import Place
from portal.ranking.rules import Entry, Published, PublishedEntry, RankingRule, Request, Row, Standing
from portal.ranking.rules.remedy import Remedy, remedy

_KEPT = 4
_inputs: OrderedDict[UUID, tuple[RankingRule, list[Entry], tuple[Request, ...]]] = OrderedDict()
"""What the latest versions looked at were made from: they never change, and reading one costs more than the answer."""


def explain(session: Session, place: Place) -> Standing:
    """The standing of one line of a version."""
    rule = RankingRule.model_validate(queries.head(session, place.ranking_id)["rule"])
    ahead = queries.place_at(session, place.ranking_id, place.position - 1) if place.line["place"] else None
    cut_off = queries.last_funded(session, place.ranking_id)
    return rules.standing(
        rule,
        row_of(place),
        ahead=row_of(ahead) if ahead else None,
        cut_off=cut_off.total if cut_off else None,
    )


def what_would_have(session: Session, place: Place) -> Remedy:
    """The points more that would have had this line funded, from the published file alone."""
    kept = _inputs.get(place.ranking_id)
    if kept is None:
        file = Published.model_validate(queries.content(session, place.ranking_id))
        kept = file.rule, [rules.entry_of(line) for line in file.entries], file.requests
        _inputs[place.ranking_id] = kept
        while len(_inputs) > _KEPT:
            _inputs.popitem(last=False)
    rule, entries, requests = kept
    return remedy(rule, entries, place.line["registry_number"], requests)


def row_of(place: Place) -> Row:
    """A kept line as the rules know it."""
    line = PublishedEntry.model_validate(place.line)
    counted = sum(line.bonus.values(), Decimal("0.00")) if line.place and not line.short_of else Decimal("0.00")
    return Row(
        rules.entry_of(line),
        line.base,
        counted,
        line.total,
        line.place,
        line.outcome,
        short_of=line.short_of,
        held_by=line.held_by,
        amount_eur=line.amount_eur,
        reserve=line.reserve,
    )
