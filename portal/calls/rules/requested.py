"""What firms ask of a call, and when it is enough: first come, first served ends where requests reach a share."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from portal.calls.rules.content import CallContent


def amount_asked(content: CallContent, answer: str | None) -> Decimal:
    """What one request asks for, to the cent: the unit value, or the amount answered, which is at most that.

    Nothing for an answer that is no amount.
    """
    most = content.budget.unit_value_eur
    if content.budget.asked is None:
        return most
    try:
        given = Decimal(answer or 0)
    except InvalidOperation:
        given = Decimal(0)
    return min(max(given, Decimal(0)), most).quantize(Decimal("0.01"))


def is_full(content: CallContent, answers: Iterable[str | None]) -> bool:
    """Whether these requests reach the overbooking share of the budget; never where the call has none."""
    if content.overbooking_pct is None:
        return False
    asked = sum((amount_asked(content, answer) for answer in answers), Decimal(0))
    return asked * 100 >= content.budget.amount_eur * content.overbooking_pct
