"""What a ranking is made from: gathered, averaged, hashed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.calls import queries as calls
from portal.calls.models import Call, CallVersion
from portal.calls.rules.content import CallContent
from portal.companies.models import Company
from portal.evaluation import queries as evaluation
from portal.evaluation.queries import Agreed, Sheet
from portal.evaluation.rules import Mark, Stage
from portal.kernel.errors import NotFound
from portal.kernel.text import canonical_json, sha256_hex
from portal.ranking import queries, rules
from portal.ranking.models import Ranking
from portal.ranking.rules import Entry, Left, RankingRule, Request, Winner
from portal.ranking.service import commitments
from portal.ranking.service.circumstances import Circumstances, other_requests


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that decides a ranking. `evidence`: one JSON object an application, each reviewer's sheet in it.

    `private`: by registry number, what the file only commits to. `sheets`: those that count, and `agreed` the meetings
    that count instead, by application. `before`: the version published before, if any.
    """

    version: CallVersion
    content: CallContent
    rule: RankingRule
    entries: list[Entry]
    ids: dict[str, UUID]
    winners: dict[str, Winner]
    not_admitted: list[str]
    left: list[Left]
    requests: list[Request]
    evidence: list[Any]
    private: dict[str, commitments.Private]
    sheets: dict[UUID, list[Sheet]]
    agreed: dict[UUID, Agreed]
    before: Ranking | None

    @property
    def sha256(self) -> str:
        """Of everything: the rule, the evidence, who was not admitted, who left, the version before."""
        whole = {
            "rule": self.rule,
            "call": self.version.sha256,
            "entries": self.evidence,
            "not_admitted": self.not_admitted,
            "left": self.left,
            "requests": self.requests,
            "before": self.before and self.before.sha256,
        }
        return sha256_hex(canonical_json(whole))


def gather(session: Session, call: Call, *, seed: str | None = None) -> Inputs:
    """The inputs as they are now; `seed` where the call draws lots. Raises NotFound for a call without a version."""
    version = calls.get(session, call.id).version
    if version is None:
        raise NotFound
    content = calls.content_of(version)
    candidates = queries.candidates(session, call.id)
    ids = [application.id for application, _ in candidates]
    sheets = evaluation.sheets(session, ids)
    automatic = evaluation.automatic_points(session, ids)
    agreed = evaluation.agreed(session, sheets)
    before = queries.latest_published(session, call.id)
    standing = Circumstances.of(session, call, content, before)
    counted = {id_: [one for one in sheets[id_] if one.desk.stage is Stage.SUBMITTED] for id_ in ids}
    entries, evidence, private = [], [], {}
    for application, firm in candidates:
        counting = counted[application.id]
        report_id, points = automatic.get(application.id, (None, {}))
        meeting = agreed.get(application.id)
        entry = _entry(application, content, counting, points, agreed=meeting.marks if meeting else {})
        entry = standing.add_to(entry, application, firm)
        entries.append(entry)
        evidence.append(_evidence(application, entry, counting, report_id) | _met(meeting))
        private[entry.registry_number] = commitments.private(application, entry, counting, report_id, meeting=meeting)
    return Inputs(
        version=version,
        content=content,
        rule=rules.rule_of(content, seed=seed),
        entries=entries,
        ids={str(application.protocol): application.id for application, _ in candidates},
        winners={str(application.protocol): winner(firm) for application, firm in candidates},
        not_admitted=queries.not_admitted(session, call.id),
        left=[Left(registry_number=number, code=code) for number, code in queries.left(session, call.id)],
        requests=other_requests(session, call, content),
        evidence=evidence,
        private=private,
        sheets=counted,
        agreed=agreed,
        before=before,
    )


def winner(firm: Company) -> Winner:
    """What is published of a firm: its name and VAT number, also where it is a sole trader."""
    return Winner(legal_name=firm.legal_name, vat=firm.vat)


def _entry(
    application: Application,
    content: CallContent,
    sheets: list[Sheet],
    automatic: dict[str, Any],
    *,
    agreed: dict[str, Mark],
) -> Entry:
    """An application's entry; what lacks points is left out, and the rule will say so. A meeting's mark is no mean."""
    scores = {}
    for criterion in content.criteria:
        if criterion.mode == "automatic":
            given = [automatic[criterion.key]] if criterion.key in automatic else []
        else:
            judged = [agreed] if criterion.key in agreed else [sheet.marks for sheet in sheets]
            marks = [one[criterion.key].points for one in judged if criterion.key in one]
            given = [points for points in marks if points is not None]
        if given:
            scores[criterion.key] = rules.average(given)
    return Entry(
        registry_number=str(application.protocol),
        arrival=application.arrival or 0,
        submitted_at=application.submitted_at or application.created_at,
        scores=scores,
        bonus={b.key: rules.average([automatic[b.key]]) for b in content.bonus if b.key in automatic},
        pathway=application.pathway if content.pathways else None,
    )


def _met(meeting: Agreed | None) -> dict[str, Any]:
    if meeting is None:
        return {}
    marks = {key: str(mark.points) for key, mark in meeting.marks.items()}
    return {"meeting": {"number": meeting.number, "held_on": meeting.held_on.isoformat(), "marks": marks}}


def _evidence(application: Application, entry: Entry, sheets: list[Sheet], report_id: UUID | None) -> dict[str, Any]:
    return {
        "application": str(application.id),
        "content_sha256": application.sha256,
        "registry_number": entry.registry_number,
        "arrival": entry.arrival,
        "submitted_at": entry.submitted_at.isoformat(),
        "pathway": entry.pathway,
        "scores": {key: str(points) for key, points in entry.scores.items()},
        "bonus": {key: str(points) for key, points in entry.bonus.items()},
        "groups": sorted(entry.groups),
        "granted": entry.granted and [str(entry.granted.eur), entry.granted.reserve],
        "asked_eur": entry.amount_eur and str(entry.amount_eur),
        "report": report_id and str(report_id),
        "sheets": [
            {
                "assignment": str(sheet.assignment_id),
                "reviewer": str(sheet.reviewer_id),
                "submitted_at": sheet.submitted_at and sheet.submitted_at.isoformat(),
                "marks": {key: str(mark.points) for key, mark in sheet.marks.items()},
            }
            for sheet in sheets
        ],
    }
