"""What is frozen: the one canonical form of an application, which is judged, printed and hashed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.applications.rules import refusals
from portal.applications.rules.answers import NEVER
from portal.applications.rules.completeness import Answers, Enclosed, fields_of, is_asked, missing
from portal.applications.rules.status import Status
from portal.calls.rules.content import CallContent
from portal.kernel.once import once
from portal.kernel.text import canonical_json, sha256_hex

PATHWAY = "pathway"
"""The field whose answer is the pathway chosen, in calls that have pathways."""


def frozen(
    content: CallContent, answers: Answers, enclosed: Sequence[Enclosed], *, version: int, company: dict[str, Any]
) -> dict[str, Any]:
    """The application as it will be judged. Raises Incomplete with all that is missing.

    `{"call": {"code", "version"}, "asks", "company", "pathway", "answers": {key: value},
    "declarations": {key: true}, "attachments": [{"document", "name", "sha256", "size", "media_type", "signers"}]}`;
    `company` is the profile (`queries.profile`); what is not asked is left out.
    """
    if lacks := missing(content, answers, enclosed):
        raise refusals.Incomplete(missing=lacks)
    fields = fields_of(content)
    given = {
        key: answers[key].value
        for key, field in fields.items()
        if key in answers and answers[key].value is not None and is_asked(field.condition, answers, fields)
    }
    asked = {document.key for document in content.documents if is_asked(document.condition, answers, fields)}
    return {
        "call": {"code": content.code, "version": version},
        "asks": asks(content),
        "company": company,
        "pathway": given.get(PATHWAY) if content.pathways else None,
        "answers": given,
        "declarations": {one.key: True for one in content.declarations if answers.get(one.key, NEVER).value is True},
        "attachments": [
            {
                "document": file.document,
                "name": file.name,
                "sha256": file.sha256,
                "size": file.size,
                "media_type": file.media_type,
                "signers": list(file.signers),
            }
            for file in enclosed
            if file.document in asked
        ],
    }


@once
def asks(content: CallContent) -> str:
    """A digest of all that a call asks of a firm: while it stays, frozen applications stay good."""
    parts = [content.form, content.documents, content.declarations, content.pathways]
    return sha256_hex(canonical_json(parts))


def digest(frozen_content: dict[str, Any]) -> str:
    """SHA-256 of the canonical form."""
    return sha256_hex(canonical_json(frozen_content))


def statements(frozen_content: dict[str, Any]) -> dict[str, Any]:
    """Answers and declarations together, by key: what rules of eligibility read."""
    return {**frozen_content["answers"], **frozen_content["declarations"]}


def check_editable(status: Status, *, frozen_at: datetime | None) -> None:
    """Silent for a draft that is not frozen; raises NotADraft or AlreadyFrozen."""
    if status is not Status.DRAFT:
        raise refusals.NotADraft
    if frozen_at is not None:
        raise refusals.AlreadyFrozen


def check_not_over(*, closes_at: datetime, now: datetime) -> None:
    """Silent until the call closes; raises CallClosed from that instant on."""
    if now >= closes_at:
        raise refusals.CallClosed(closed_at=closes_at, now=now)


def check_submittable(
    status: Status,
    *,
    protocol: str | None,
    frozen_sha256: str | None,
    seen_sha256: str,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> None:
    """Silent if this very content may be handed in at `now`, the database's clock; else raises why not.

    AlreadySubmitted comes first: a second click is answered with the receipt, whatever the hour.
    """
    if status is Status.WITHDRAWN:
        raise refusals.NotADraft
    if status is not Status.DRAFT:
        raise refusals.AlreadySubmitted(protocol=protocol)
    if now < opens_at:
        raise refusals.CallNotOpen(opens_at=opens_at)
    check_not_over(closes_at=closes_at, now=now)
    if frozen_sha256 is None:
        raise refusals.NotFrozen
    if frozen_sha256 != seen_sha256:
        raise refusals.ChangedSinceFrozen
