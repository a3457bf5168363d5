"""What stands of a report once people have looked: overrides, and the decision that may follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.applications.rules import Status
from portal.applications.rules.refusals import said
from portal.applications.rules.requests import RequestState
from portal.eligibility.rules.verdicts import Outcome, Verdict, worst
from portal.kernel.errors import DomainError

SHORTEST_REASON: Final = 10
UNDER_CHECK: Final = frozenset(
    {Status.ELIGIBILITY_CHECK, Status.REJECTION_NOTICE, Status.NOT_ADMITTED, Status.ADMITTED}
)


class ReasonMissing(DomainError):
    """An override or a refusal without words of its own."""

    text = _l("Scrivi il motivo, con almeno 10 caratteri: resta negli atti e nella storia della domanda.")


class NoSuchRule(DomainError):
    """The report has no such rule."""

    text = _l("Il rapporto non ha questo requisito.")


class NotTheLatest(DomainError):
    """Another check has been made since."""

    text = _l("Nel frattempo è stata fatta un'altra verifica: guarda il rapporto più recente.")


class NotUnderCheck(DomainError):
    """The application is elsewhere in its story."""

    text = _l("La domanda non è in verifica dei requisiti.")


class NotChecked(DomainError):
    """There is no report yet."""

    text = _l("La domanda non ha ancora un rapporto di verifica.")


class StillFails(DomainError):
    """A rule says no, and nobody has overridden it."""

    text = _l("Un requisito risulta non soddisfatto: correggilo con un motivo, o non ammettere la domanda.")


class NothingFails(DomainError):
    """No rule says no: there is no ground for refusing."""

    text = _l("Nessun requisito risulta non soddisfatto: indica prima quale manca, con il motivo.")


class NoticeNeeded(DomainError):
    """The call wants reasons sent, and observations awaited, before the act."""

    text = _l(
        "Prima di non ammettere va mandato il preavviso di rigetto (L. 241/1990, art. 10-bis): usa «Manda il "
        "preavviso», attendi le osservazioni o la fine del termine, poi decidi."
    )


class NoticeRunning(DomainError):
    """The firm may still observe, until `due_at`."""

    text = _l("Il termine per le osservazioni finisce il %(due_at)s: fino ad allora si può ammettere, non escludere.")

    def __init__(self, *, due_at: datetime) -> None:
        super().__init__(due_at=said(due_at))


class ReplyMissing(DomainError):
    """An observation that the act does not answer; `field`: its key."""

    text = _l("Rispondi a questa osservazione, con almeno 10 caratteri: l'atto finale deve dire perché non è accolta.")


class RecheckRunning(DomainError):
    """One at a time for a call."""

    text = _l("Per questo bando è già in corso una verifica: aspetta che finisca.")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A person's answer to one outcome. `on`: the outcome as it was then."""

    on: Outcome
    verdict: Verdict
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Judged:
    """An outcome and the correction that stands, if any."""

    outcome: Outcome
    correction: Correction | None

    @property
    def verdict(self) -> Verdict:
        """The person's where there is one, else the machine's."""
        return self.correction.verdict if self.correction else self.outcome.verdict


def judge(outcomes: Iterable[Outcome], corrections: Sequence[Correction]) -> list[Judged]:
    """Each outcome with its latest correction; one made on an earlier report stands while the outcome is the same."""
    latest = {
        (one.on.id, one.on.version, one.on.verdict, str(one.on.value)): one
        for one in sorted(corrections, key=lambda one: one.at)
    }
    return [
        Judged(outcome, latest.get((outcome.id, outcome.version, outcome.verdict, str(outcome.value))))
        for outcome in outcomes
    ]


def standing_verdict(judged: Iterable[Judged]) -> Verdict:
    """The verdict of the whole, corrections counted."""
    return worst(one.verdict for one in judged)


def check_reason(reason: str) -> str:
    """The reason, tidy. Raises ReasonMissing."""
    tidy = " ".join(reason.split())
    if len(tidy) < SHORTEST_REASON:
        raise ReasonMissing(field="reason")
    return tidy


def check_under_check(status: Status) -> None:
    """Silent while staff may still correct and decide. Raises NotUnderCheck."""
    if status not in UNDER_CHECK:
        raise NotUnderCheck


def doubts(judged: Iterable[Judged]) -> list[Judged]:
    """What is still to verify; raises StillFails where something fails."""
    judged = list(judged)
    if standing_verdict(judged) is Verdict.FAIL:
        raise StillFails
    return [one for one in judged if one.verdict is Verdict.TO_VERIFY]


def check_refusable(judged: Iterable[Judged]) -> None:
    """Silent where a rule fails. Raises NothingFails."""
    if standing_verdict(judged) is not Verdict.FAIL:
        raise NothingFails


def check_notice(*, is_wanted: bool, state: RequestState | None, due_at: datetime | None) -> None:
    """Silent where the act may follow: after a notice that is closed, or where none is wanted nor pending.

    `state` and `due_at` are those of the pending notice, if any. Raises NoticeNeeded, NoticeRunning.
    """
    if state is RequestState.OPEN and due_at is not None:
        raise NoticeRunning(due_at=due_at)
    if is_wanted and state not in {RequestState.ANSWERED, RequestState.LAPSED}:
        raise NoticeNeeded


def check_replies(observed: Iterable[str], replies: Mapping[str, str]) -> dict[str, str]:
    """An answer to each observation, tidy; others are left out. Raises ReplyMissing with the first that lacks one."""
    tidy = {key: replies.get(key, "").replace("\r\n", "\n").strip() for key in observed}
    for key, words in tidy.items():
        if len(words) < SHORTEST_REASON:
            raise ReplyMissing(field=f"reply_{key}")
    return tidy
