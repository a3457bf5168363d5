"""What several pages need: the folder asked for, the way through it, the page around a refusal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import permissions, queries
from portal.applications.queries import Cover, Folder
from portal.applications.rules import completeness
from portal.applications.rules.completeness import Missing, Why
from portal.applications.rules.status import Status
from portal.documents import rendering
from portal.kernel.errors import Conflict, DomainError
from portal.web.filters import tr
from portal.web.guards import found
from portal.web.language import current

bp = Blueprint("applications", __name__)


class Leg(NamedTuple):
    """A step of the way: `state` is done, here, wrong or next."""

    label: str
    address: str
    state: str
    missing: int = 0


@bp.app_template_filter()
def rome_seconds(at: datetime | None) -> str:
    """`21 novembre 2025, ore 15:59:58`: receipts give the seconds."""
    return rendering.instant(at, lang="en" if current() == "en" else "it") if at else ""


def own(application_id: UUID) -> Folder:
    """The firm's own folder, or the page 404."""
    return found(queries.find_own(db.session(), application_id, **permissions.reach(current_user)))


def own_cover(application_id: UUID) -> Cover:
    """The firm's own application without what is in it, or the page 404."""
    return found(queries.find_own_cover(db.session(), application_id, **permissions.reach(current_user)))


def check_own(application_id: UUID) -> None:
    """The page 404, unless it is the firm's own."""
    found(queries.is_own(db.session(), application_id, **permissions.reach(current_user)))


def lacks_of(folder: Folder) -> list[Missing]:
    """What is missing in a draft; nothing in what was handed in."""
    if folder.application.status is not Status.DRAFT:
        return []
    return completeness.missing(folder.content, folder.answers, folder.enclosed)


def journey(folder: Cover, here: str, lacks: Sequence[Missing] | None = None) -> list[Leg]:
    """The whole way, section by section to the sending; `here` is the key of the page shown.

    What is frozen is complete, and needs no answers to say so.
    """
    is_frozen = folder.application.frozen_at is not None
    if isinstance(folder, Folder):
        lacks = lacks_of(folder) if lacks is None else lacks
        steps = completeness.steps(folder.content, folder.answers, folder.enclosed, lacks)
    else:
        steps = completeness.steps(folder.content, {}, (), ())
    legs = [
        Leg(
            tr(step.title) if step.title else names()[step.key],
            address_of(folder, step.key),
            "here" if step.key == here else _standing(step, is_frozen=is_frozen),
            step.missing,
        )
        for step in steps
    ]
    ends = (("riepilogo", _("Riepilogo"), "done" if is_frozen else "next"), ("invio", _("Invio"), "next"))
    return [
        *legs,
        *(Leg(label, address_of(folder, key), "here" if key == here else state) for key, label, state in ends),
    ]


def _standing(step: completeness.Step, *, is_frozen: bool) -> str:
    if is_frozen or step.is_done:
        return "done"
    return "wrong" if step.is_touched else "next"


def names() -> dict[str, str]:
    """The steps that every call has, as they are called."""
    return {completeness.DOCUMENTS: _("Documenti"), completeness.DECLARATIONS: _("Dichiarazioni")}


def address_of(folder: Cover, key: str) -> str:
    """The page of a step."""
    application_id = folder.application.id
    endpoints = {
        completeness.DOCUMENTS: ".documents",
        completeness.DECLARATIONS: ".declarations",
        "riepilogo": ".summary",
        "invio": ".submit",
    }
    if key in endpoints:
        return url_for(endpoints[key], application_id=application_id)
    return url_for(".section", application_id=application_id, key=key)


def next_address(folder: Cover, key: str) -> str:
    """The page after that of a step."""
    keys = [section.key for section in folder.content.form.sections]
    keys += [completeness.DOCUMENTS] if folder.content.documents else []
    keys += [completeness.DECLARATIONS] if folder.content.declarations else []
    keys.append("riepilogo")
    return address_of(folder, keys[keys.index(key) + 1])


def to_do(folder: Folder, lacks: Sequence[Missing]) -> list[dict[str, Any]]:
    """What is missing, in words, each with the address of the very place.

    `[{order, step, label, why, address}]`, `order` being that of the step.
    """
    order = [*dict.fromkeys(one.step for one in lacks)]
    titles = {section.key: tr(section.title) for section in folder.content.form.sections} | names()
    return [
        {
            "order": order.index(one.step),
            "step": titles[one.step],
            "label": tr(one.label),
            "why": said(one),
            "address": f"{address_of(folder, one.step)}?controlla=1#{_anchor(one)}",
        }
        for one in lacks
    ]


def _anchor(one: Missing) -> str:
    prefix = {completeness.DOCUMENTS: "doc-", completeness.DECLARATIONS: "d_"}.get(one.step, "f_")
    return prefix + one.key


def said(one: Missing) -> str:  # noqa: PLR0911 - a table
    """Why a thing is on the list."""
    match one.why:
        case Why.UNANSWERED:
            return _("manca la risposta")
        case Why.WRONG:
            return _("da correggere")
        case Why.CELL:
            return _("riga %(number)s incompleta", number=one.count)
        case Why.FEW_ROWS:
            return _("righe da compilare: almeno %(number)s", number=one.count)
        case Why.NO_FILE:
            return _("manca il file")
        case Why.NOT_SIGNED:
            return _("manca la firma digitale")
    return _("dichiarazione non resa")


def status_of(refusal: DomainError) -> int:
    """409 for what changed in the meantime, 422 for the rest."""
    return 409 if isinstance(refusal, Conflict) else 422
