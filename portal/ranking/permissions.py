"""Who may be the second pair of eyes on a version, and who may publish it: never one person alone."""

from portal.ranking.models import Ranking

THREE = 3


def may_approve(email: str, ranking: Ranking) -> bool:
    """Whoever did not draw it up, once."""
    return ranking.approved_at is None and not is_same(email, ranking.drawn_up_by)


def may_publish(email: str, ranking: Ranking) -> bool:
    """Once it is approved; where the call wants three persons, whoever neither drew it up nor approved it."""
    if ranking.published_at is not None or ranking.approved_by is None:
        return False
    return ranking.persons < THREE or not (is_same(email, ranking.drawn_up_by) or is_same(email, ranking.approved_by))


def is_same(one: str, other: str) -> bool:
    """The same person: addresses are told apart whatever their capitals."""
    return one.casefold() == other.casefold()
