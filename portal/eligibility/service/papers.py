"""The papers of the check: the act that does not admit."""

from portal.applications.models import Application, Request
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import observations
from portal.calls.rules.content import CallContent
from portal.documents.rendering import instant
from portal.documents.rules import papers
from portal.eligibility.models import Refusal
from portal.kernel.text import Language


def final_act(
    act: Refusal, application: Application, content: CallContent, request: Request | None, *, lang: Language
) -> papers.FinalAct:
    """The act with the notice before it, what the firm observed and what the office answers to each point."""
    notice = request if request and request.kind is RequestKind.NOTICE else None
    observed = observations(notice.reasons, notice.content) if notice else []
    return papers.FinalAct(
        issuer=content.implementing_body,
        programme=content.programme.title.in_(lang),
        call_title=content.title.in_(lang),
        call_code=content.code,
        sha256=None,
        company=application.company.legal_name,
        vat=application.company.vat,
        protocol=application.protocol or "",
        made_at=instant(act.made_at, lang=lang),
        reason=act.reason,
        noticed_at=instant(notice.asked_at, lang=lang) if notice else None,
        observed_at=instant(notice.closed_at, lang=lang) if notice and notice.closed_at and observed else None,
        reasons=[one["text"] for one in notice.reasons] if notice else [],
        observations=[
            papers.Observation(about=about, words=words, reply=act.replies.get(key, ""))
            for key, about, words in observed
        ],
        officer=content.responsible_officer,
        contact=content.contacts.email,
    )
