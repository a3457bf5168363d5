"""The pre-check: would this firm be eligible? Without an account, and without keeping anything."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal import db
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.companies.rules.size import SizeResult
from portal.eligibility.forms import PrecheckForm, precheck_form
from portal.eligibility.rules.assess import assess
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.judged import Judged, judge
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import utcnow
from portal.web.guards import found


class Answer(NamedTuple):
    """What the page says: of the whole, rule by rule, of the size, and of the aid still to be had."""

    verdict: Verdict
    rules: list[Judged]
    size: SizeResult | None
    headroom: int | float | None


def precheck(slug: str) -> ResponseReturnValue:
    """Ask, and answer rule by rule."""
    call = found(calls.find_public(db.session(), slug)).call
    content = calls.content_of(found(call.version))
    form = precheck_form(content)
    answer = _answer(content, form) if form.validate_on_submit() else None
    status = 422 if form.summary else 200
    return render_template("eligibility/precheck.html", call=call, content=content, form=form, answer=answer), status


def _answer(content: CallContent, form: PrecheckForm) -> Answer:
    facts = form.facts(content, now=utcnow())
    assessment = assess(content, facts)
    kinds = {rule.id: rule.parameters.kind for rule in content.rules}
    room = next((one.value for one in assessment.rules if kinds[one.id] == "de_minimis"), None)
    headroom = room.get("headroom_eur") if isinstance(room, dict) else None
    return Answer(
        assessment.verdict,
        judge(assessment.rules, []),
        Case(content, facts).size,
        headroom if isinstance(headroom, int | float) else None,
    )


def route(bp: Blueprint) -> None:
    """Where this page is."""
    bp.route("/bandi/<slug>/verifica", methods=["GET", "POST"])(precheck)
