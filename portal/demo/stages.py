"""How far the demonstration goes: every step by the verb that a page calls."""

import io
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications import queries as applications_queries, service as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.completeness import is_asked
from portal.applications.rules.requests import Asks
from portal.calls import queries as calls_queries, service as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent, DocumentAsked
from portal.companies.models import Company
from portal.db import transaction
from portal.demo import access, answers, awards, meetings, missions, papers
from portal.demo.firms import Firm, firms
from portal.demo.people import BY, MANAGER, STAFF, Staff, lombard_places, settle
from portal.documents import rules as documents_rules, service as documents
from portal.eligibility import queries as eligibility_queries, service as eligibility
from portal.eligibility.rules.verdicts import Verdict
from portal.evaluation import queries as evaluation_queries, service as evaluation
from portal.evaluation.rules import Stage as DeskStage
from portal.evaluation.rules.sheets import Mark
from portal.kernel.clock import ROME, db_now, utcnow
from portal.kernel.errors import DomainError
from portal.ranking import service as ranking

CHECKED = "Verificato d'ufficio sui documenti allegati e sul registro imprese (dimostrazione)."
REASONS = (
    "Analisi del mercato documentata, con fonti e numeri; referente dedicato e tempi credibili.",
    "Il prodotto è adatto al mercato scelto, ma la concorrenza locale è descritta in modo generico.",
    "Piano chiaro e risorse indicate; manca una stima delle certificazioni necessarie.",
    "Impegno concreto della direzione e materiali in lingua già pronti.",
)


class Stage(StrEnum):
    """What is there at the end; each comes after the one before."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    EVALUATED = "evaluated"
    RANKED = "ranked"
    AWARDED = "awarded"
    MISSION = "mission"

    def reaches(self, other: "Stage") -> bool:
        """Whether `other` is passed on the way here."""
        stages = list(Stage)
        return stages.index(self) >= stages.index(other)


Say = Callable[[str], None]


def fill(code: str, stage: Stage, *, how_many: int, say: Say) -> None:
    """Take `how_many` new firms through the call of that code as far as `stage`."""
    with transaction() as session:
        call = calls_queries.get_by_code(session, code)
        version = calls_queries.get(session, call.id).version
        if version is None:
            raise DomainError
        content = calls_queries.content_of(version)
        taken = set(session.scalars(select(Company.vat)))
    for done, firm in enumerate(_new_firms(how_many, taken), start=1):
        _apply(call.id, content, firm, hand_in=stage.reaches(Stage.SUBMITTED))
        if done % 20 == 0 or done == how_many:
            say(f"{done} of {how_many} firms have {'applied' if stage.reaches(Stage.SUBMITTED) else 'a draft'}")
    if stage.reaches(Stage.EVALUATED):
        _check(call.id, say)
        _evaluate(call.id, content, say)
    if stage.reaches(Stage.RANKED):
        _close(code, content, say)
        _rank(call.id, say)
        access.ask(call.id)
    if stage.reaches(Stage.AWARDED):
        _award(call.id, content, say)
    if stage.reaches(Stage.MISSION):
        (missions.make_mission if code == missions.CALL else meetings.make_meetings)(call.id, say)


def _award(call_id: UUID, content: CallContent, say: Say) -> None:
    awards.award_all(call_id, say)
    if awards.observe(call_id, say):
        _evaluate(call_id, content, say)
        awards.correct(call_id, say)


def _new_firms(how_many: int, taken: set[str]) -> Iterator[Firm]:
    found = (firm for firm in firms(how_many + len(taken), places=lombard_places()) if firm.vat not in taken)
    return (firm for firm, _ in zip(found, range(how_many), strict=False))


def _apply(call_id: UUID, content: CallContent, firm: Firm, *, hand_in: bool) -> None:
    """A firm registers, fills everything in, attaches its papers, freezes and submits."""
    random = Random(firm.vat)
    owner = Staff("owner", firm.email, firm.person)
    with transaction() as session:
        company = settle(session, firm, person=owner, password=secrets.token_urlsafe(12), now=utcnow())
        call = calls_queries.get(session, call_id)
        application = applications.start(session, call, company_id=company.id, by=firm.email, now=utcnow())
        folder = applications_queries.find_own(session, application.id, company_id=company.id)
        there = {} if folder is None else {key: answer.revision for key, answer in folder.answers.items()}
        today = utcnow().astimezone(ROME).date()
        profile = applications_queries.profile(session, company.id)
        written = answers.filled(content, firm, profile, random=random, on=today)
        changes = [change._replace(base=there.get(change.key, 0)) for change in written]
        if not hand_in and random.random() < 0.6:  # noqa: PLR2004 - most drafts are half done
            changes = changes[: len(changes) // 2]
        applications.save(session, application.id, changes, by=firm.email, now=utcnow())
    if hand_in:
        _attach(application.id, content, firm)
        with transaction() as session:
            frozen = applications.freeze(session, application.id, by=firm.email, now=utcnow())
            sha256 = frozen.sha256 or ""
        with transaction() as session:
            applications.submit(session, application.id, sha256=sha256, by=firm.email)


def _attach(application_id: UUID, content: CallContent, firm: Firm) -> None:
    with transaction() as session:
        folder = applications_queries.find(session, application_id)
        answered = {} if folder is None else folder.answers
        fields = {field.key: field for field in content.form.fields()}
        wanted = [one for one in content.documents if one.required and is_asked(one.condition, answered, fields)]
    for asked in wanted:
        with transaction() as session:
            file = documents.store(
                session,
                io.BytesIO(_paper(asked, firm)),
                name=f"{asked.key}.{'pdf.p7m' if asked.signed else 'pdf'}",
                by=firm.email,
                now=utcnow(),
                allowed=documents_rules.USUAL,
            )
            applications.attach(session, application_id, file, document=asked.key, by=firm.email, now=utcnow())


def _paper(asked: DocumentAsked, firm: Firm) -> bytes:
    page = papers.pdf(asked.title.it, firm.legal_name)
    return papers.signed(page, person=firm.person, tax_code=firm.person_tax_code) if asked.signed else page


def _ids(session: Session, call_id: UUID, *statuses: Status) -> Sequence[UUID]:
    wanted = select(Application.id).where(Application.call_id == call_id, Application.status.in_(statuses))
    return session.scalars(wanted.order_by(Application.arrival)).all()


def _check(call_id: UUID, say: Say) -> None:
    """What workers have not checked yet is checked; then the office decides: a rule that fails excludes."""
    with transaction() as session:
        waiting = _ids(session, call_id, Status.SUBMITTED, Status.REGISTERED, Status.ELIGIBILITY_CHECK)
    admitted = 0
    for application_id in waiting:
        with transaction() as session:
            eligibility.check(session, application_id, now=utcnow())
        if waiting.index(application_id) % 7 == 3:  # noqa: PLR2004 - some of them, always the same
            _supplement(application_id)
        with transaction() as session:
            standing = eligibility_queries.find_standing(session, application_id)
            failed = [rule for rule in standing.rules if rule.verdict is Verdict.FAIL] if standing else []
            if not failed:
                eligibility.admit(session, application_id, reason=CHECKED, by=MANAGER, now=utcnow())
                admitted += 1
        if failed:
            _exclude(application_id, [{"rule": rule.outcome.id, "text": rule.outcome.it} for rule in failed])
    say(f"{admitted} admitted, {len(waiting) - admitted} not admitted")


def _supplement(application_id: UUID) -> None:
    """The office asks for a paper that it cannot read; the firm sends it, and the case is checked again."""
    with transaction() as session:
        folder = applications_queries.find(session, application_id)
        if folder is None or folder.application.status is not Status.ELIGIBILITY_CHECK:
            return
        asked = folder.content.documents[0]
        title, name = asked.title.it, folder.application.company.legal_name
        request = applications.supplement(
            session,
            application_id,
            asks=Asks((asked.key,)),
            words=f"Il documento «{asked.title.it}» non si legge in ogni pagina: mandane una copia leggibile.",
            days=folder.content.days.supplement,
            by=MANAGER,
            now=utcnow(),
        )
        firm = folder.application.submitted_by or ""
    page = papers.pdf(title, name)
    with transaction() as session:
        file = documents.store(session, io.BytesIO(page), name=f"{asked.key}-leggibile.pdf", by=firm, now=utcnow())
        applications.enclose(session, request.id, file, document=asked.key, by=firm, now=utcnow())
    _answer(request.id, {"note": "Alleghiamo la copia leggibile richiesta."}, by=firm)
    with transaction() as session:
        eligibility.check_supplement(session, request.id, now=utcnow())


def _exclude(application_id: UUID, reasons: list[dict[str, str]]) -> None:
    """The whole way: notice, observations, the act that answers them."""
    with transaction() as session:
        folder = applications_queries.find(session, application_id)
        firm = (folder.application.submitted_by if folder else None) or ""
        notice = eligibility.give_notice(session, application_id, reasons=reasons, words="", by=MANAGER, now=utcnow())
    words = "L'impresa prende atto e chiede se il requisito si può maturare entro la concessione."
    _answer(notice.id, {"observations": {"m1": words}}, by=firm)
    with transaction() as session:
        reply = "Il bando vuole il requisito alla data della domanda: l'osservazione non si può accogliere."
        reason = "Manca un requisito previsto dal bando: vedi l'esito della regola non soddisfatta."
        eligibility.not_admit(session, application_id, reason=reason, replies={"m1": reply}, by=MANAGER, now=utcnow())


def _answer(request_id: UUID, draft: dict[str, Any], *, by: str) -> None:
    with transaction() as session:
        applications.save_draft(session, request_id, draft, revision=0, by=by, now=utcnow())
        applications.answer(session, request_id, by=by)


def _evaluate(call_id: UUID, content: CallContent, say: Say) -> None:
    """Two reviewers for each application: they answer for conflicts, then score."""
    with transaction() as session:
        shared = evaluation.share_out(session, call_id, each=2, cap=10_000, by=MANAGER, now=utcnow())
        say(f"{len(shared.given)} assignments given, {len(shared.lacking)} applications lack reviewers")
    sheets = 0
    for reviewer in (one for one in STAFF if one.role == "reviewer"):
        with transaction() as session:
            works = [
                work
                for work in evaluation_queries.works(session, _user_id(session, reviewer))
                if work.call_id == call_id and work.sheet.desk.stage is DeskStage.TO_DECLARE
            ]
        for work in works:
            sheets += _score(
                work.id, content, random=Random(f"{work.application_id}{reviewer.email}"), by=reviewer.email
            )
    say(f"{sheets} score sheets handed in")


def _user_id(session: Session, staff: Staff) -> UUID:
    from portal.accounts.queries import find_by_email  # noqa: PLC0415

    user = find_by_email(session, staff.email)
    if user is None:
        raise DomainError
    return user.id


def _score(assignment_id: UUID, content: CallContent, *, random: Random, by: str) -> int:
    marks = {
        one.key: Mark(points=_points(one.max, one.step, random), reason=random.choice(REASONS))
        for one in content.criteria
        if one.mode == "reviewed"
    }
    with transaction() as session:
        work = evaluation.declare(session, assignment_id, has_conflict=False, by=by, now=utcnow())
        if work.conflict.value != "none":
            return 0
        evaluation.submit(session, assignment_id, marks, by=by, now=utcnow())
        return 1


def _points(most: Decimal, step: Decimal, random: Random) -> Decimal:
    steps = int(most / step)
    return min(most, step * round(steps * random.triangular(0.3, 1.0, 0.7)))


def _close(code: str, content: CallContent, say: Say) -> None:
    """The call closes now, by a corrigendum that says so."""
    with transaction() as session:
        call: Call = calls_queries.get_by_code(session, code)
        now = db_now(session)
        if call.closes_at <= now:
            return
        closes_at = (now + timedelta(seconds=2)).replace(microsecond=0).astimezone(ROME)
        window = content.window.model_copy(update={"closes_at": closes_at})
        early = content.model_copy(update={"window": window})
        calls.amend(session, call.id, early, reason="Dimostrazione: chiusura anticipata dei termini.", by=BY, now=now)
    while utcnow() < closes_at:
        time.sleep(0.2)
    with transaction() as session:
        calls.tick(session, now=utcnow())
    say(f"closed at {closes_at:%H:%M:%S}")


def _rank(call_id: UUID, say: Say) -> None:
    with transaction() as session:
        drawn = ranking.draw_up(session, call_id, reason="Prima approvazione.", by=MANAGER, now=utcnow())
    with transaction() as session:
        published = awards.publish(session, drawn)
        say(f"ranking version {published.number} published, sha256 {published.sha256}")
