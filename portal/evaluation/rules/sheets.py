"""Score sheets: a mark and its reason for every criterion that people judge."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.calls.rules.content import CallContent, Criterion
from portal.evaluation.rules.refusals import Fault, SheetIncomplete

LEAST_REASON: Final = 20
LONGEST_REASON: Final = 4000


class Mark(NamedTuple):
    """Points and the reason, in the reviewer's words. `typed`: what stands for points and is no number."""

    points: Decimal | None = None
    reason: str = ""
    typed: str = ""


def reviewed(content: CallContent) -> list[Criterion]:
    """The criteria that people judge, in the call's order."""
    return [criterion for criterion in content.criteria if criterion.mode == "reviewed"]


def faults(criteria: Sequence[Criterion], marks: Mapping[str, Mark]) -> list[Fault]:
    """All that keeps a sheet on these criteria from being submitted, in their order; empty when it is whole."""
    return [fault for criterion in criteria for fault in _faults(criterion, marks.get(criterion.key, Mark()))]


def check_sheet(criteria: Sequence[Criterion], marks: Mapping[str, Mark]) -> None:
    """Raises SheetIncomplete with every fault; silent when the sheet is whole."""
    if found := faults(criteria, marks):
        raise SheetIncomplete(faults=found)


def _faults(criterion: Criterion, mark: Mark) -> Iterator[Fault]:
    points, key = mark.points, criterion.key
    if points is None:
        yield Fault(key, "points", _l("Dai un punteggio."))
    elif not 0 <= points <= criterion.max:
        yield Fault(key, "points", _l("Il punteggio va da 0 a %(most)s.", most=_plain(criterion.max)))
    elif criterion.step and points % criterion.step:
        yield Fault(key, "points", _l("Il punteggio procede a passi di %(step)s.", step=_plain(criterion.step)))
    length = len(" ".join(mark.reason.split()))
    if length < LEAST_REASON:
        yield Fault(key, "reason", _l("Motiva il punteggio con almeno %(least)s caratteri.", least=LEAST_REASON))
    elif len(mark.reason) > LONGEST_REASON:
        yield Fault(key, "reason", _l("La motivazione supera %(most)s caratteri.", most=LONGEST_REASON))


def _plain(points: Decimal) -> str:
    """`12,5`, `40`."""
    return f"{points.normalize():f}".replace(".", ",")
