"""The demonstration after the ranking: grants, answers, a reserve draw, a corrected version; by the verbs that pages call."""

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.awards import service as awards
from portal.awards.queries import cases
from portal.awards.rules.refusals import NoHeadroom
from portal.awards.service import Act, Check, Codes, Terms
from portal.companies.models import Company
from portal.db import transaction
from portal.demo.people import ADMIN, MANAGER
from portal.eligibility import queries as eligibility_queries, service as eligibility
from portal.eligibility.queries import Standing
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import ROME, utcnow
from portal.ranking import queries as rankings, service as ranking
from portal.ranking.models import Ranking

Say = Callable[[str], None]
WAIVED = "Il nostro referente per l'estero ha lasciato l'impresa: non riusciremmo a seguire il percorso."
FAILED = "DURC irregolare alla verifica prima della concessione, non regolarizzato nel termine dato."
OBSERVED = "Osservazione accolta: il requisito risulta posseduto dalla visura depositata dall'impresa."
SHARE_WAIVING, SHARE_SILENT = 0.08, 0.05


def publish(session: Session, drawn: Ranking) -> Ranking:
    """A second person approves, and the version is published."""
    ranking.approve(session, drawn.id, by=ADMIN.email, now=utcnow())
    published = ranking.publish(session, drawn.id, by=MANAGER, now=utcnow())
    awards.reserve(session, published.id, by="system", now=utcnow())
    return published


def award_all(call_id: UUID, say: Say) -> None:
    """Grant, hear the firms, draw the reserve for what they leave, grant again."""
    with transaction() as session:
        in_force = rankings.latest_published(session, call_id)
        if in_force is not None:
            awards.reserve(session, in_force.id, by="system", now=utcnow())
    granted = _grant(call_id, "Determinazione 214", say)
    if not granted:
        return
    _answer(granted, say)
    with transaction() as session:
        drawn = ranking.draw_reserve(
            session, call_id, reason="Rinunce e una decadenza dopo la prima concessione.", by=MANAGER, now=utcnow()
        )
    with transaction() as session:
        published = publish(session, drawn)
        say(f"reserve drawn: ranking version {published.number} published, sha256 {published.sha256}")
    for application_id in _grant(call_id, "Determinazione 231", say):
        with transaction() as session:
            awards.accept(session, application_id, by=_firm(session, application_id))
    with transaction() as session:
        batch = awards.make_batch(session, call_id, by=MANAGER, now=utcnow())
        say(f"batch {batch.number} for the national register: {len(batch.rows)} rows, sha256 {batch.sha256}")


def _ids(session: Session, call_id: UUID, status: Status) -> Sequence[UUID]:
    wanted = cases.listing(None, cases.Wanted(call_id=call_id, status=status))
    return [row.id for row in cases.everything(session, wanted, [Application.arrival], limit=20_000)]


def _grant(call_id: UUID, number: str, say: Say) -> list[UUID]:
    """Everybody who is funded; one in fifty fails the last checks before the grant."""
    with transaction() as session:
        funded = _ids(session, call_id, Status.FUNDED)
    granted, refused = [], 0
    today = utcnow().astimezone(ROME).date()
    for place, application_id in enumerate(funded, start=1):
        with transaction() as session:
            if place % 50 == 0:
                awards.forfeit(session, application_id, Terms(reason=FAILED), by=MANAGER, now=utcnow())
                continue
            check = Check(vercor=f"{Random(str(application_id)).randrange(10**8):08}", on=today)
            try:
                awards.award(session, application_id, Act(number=number, on=today), check, by=MANAGER, now=utcnow())
            except NoHeadroom:
                session.rollback()
                refused += 1
                continue
            granted.append(application_id)
    _note_cor(granted)
    say(f"{number}: {len(granted)} awards, {refused} refused for the ceiling, {len(funded)} were funded")
    return granted


def _note_cor(granted: Sequence[UUID]) -> None:
    """The register has answered; one in ten is still to be confirmed."""
    today = utcnow().astimezone(ROME).date()
    for place, application_id in enumerate(granted, start=1):
        with transaction() as session:
            cor = str(20_000_000 + Random(f"cor{application_id}").randrange(10**6))
            confirmed = None if place % 10 == 0 else today
            codes = Codes(cor=cor, cor_on=today, cor_confirmed_on=confirmed)
            awards.record_codes(session, application_id, codes, by=MANAGER, now=utcnow())


def _firm(session: Session, application_id: UUID) -> str:
    """Who handed the application in."""
    application = session.get(Application, application_id)
    return (application.submitted_by if application else None) or "system"


def _answer(granted: Sequence[UUID], say: Say) -> None:
    """Most accept, some waive, some have not answered yet; one that began loses what it had in part."""
    said = {"accepted": 0, "waived": 0, "waiting": 0}
    for place, application_id in enumerate(granted):
        chance = Random(f"answer{application_id}").random()
        with transaction() as session:
            by = _firm(session, application_id)
            if place == 0 or chance < SHARE_WAIVING:
                awards.waive(session, application_id, reason=WAIVED, by=by, now=utcnow())
                said["waived"] += 1
            elif chance < SHARE_WAIVING + SHARE_SILENT:
                said["waiting"] += 1
            else:
                awards.accept(session, application_id, by=by)
                said["accepted"] += 1
    say(", ".join(f"{number} {what}" for what, number in said.items()))


def observe(call_id: UUID, say: Say) -> UUID | None:
    """A firm that was not admitted is heard: what failed is corrected, and it is admitted after all."""
    with transaction() as session:
        out = eligibility_queries.listing(call_id, [Status.NOT_ADMITTED]).order_by(Application.arrival)
        refused = session.scalars(out).all()
        standings = eligibility_queries.standings(session, [one.id for one in refused])
        application = next((one for one in refused if _is_arguable(standings.get(one.id))), None)
        if application is None:
            return None
        standing = standings[application.id]
        for rule in (one for one in standing.rules if one.verdict is Verdict.FAIL):
            eligibility.override(
                session, standing.report.id, rule.outcome.id, Verdict.PASS, reason=OBSERVED, by=MANAGER, now=utcnow()
            )
        eligibility.admit(session, application.id, reason=OBSERVED, by=MANAGER, now=utcnow())
        name = session.get_one(Company, application.company_id).legal_name
        say(f"observation of {name} upheld: {application.protocol} is admitted")
        return application.id


def _is_arguable(standing: Standing | None) -> bool:
    """Whether what fails is not the aid itself, which no observation makes less."""
    failing = [] if standing is None else [one.outcome.id for one in standing.rules if one.verdict is Verdict.FAIL]
    return bool(failing) and "de_minimis" not in failing


def correct(call_id: UUID, say: Say) -> None:
    """The version that a late observation makes."""
    with transaction() as session:
        drawn = ranking.draw_up(session, call_id, reason=OBSERVED, by=MANAGER, now=utcnow())
    with transaction() as session:
        published = publish(session, drawn)
        say(f"corrected: ranking version {published.number} published, sha256 {published.sha256}")
