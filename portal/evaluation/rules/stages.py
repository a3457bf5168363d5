"""Where an assignment is, and what is still sealed."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal.evaluation.rules.conflicts import ConflictState
from portal.evaluation.rules.refusals import InConflict, NotDeclared, SheetSubmitted, Withdrawn


class Stage(StrEnum):
    """What the reviewer owes on one assignment."""

    TO_DECLARE = "to_declare"
    TO_SCORE = "to_score"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_CONFLICT = "in_conflict"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One assignment as the rules see it."""

    reviewer: UUID
    conflict: ConflictState
    has_sheet: bool = False
    is_submitted: bool = False
    is_withdrawn: bool = False

    @property
    def stage(self) -> Stage:
        """Where it is; taking it away or a conflict counts before any sheet."""
        if self.is_withdrawn:
            return Stage.WITHDRAWN
        if self.conflict in {ConflictState.DECLARED, ConflictState.DETECTED}:
            return Stage.IN_CONFLICT
        if self.conflict is ConflictState.UNANSWERED:
            return Stage.TO_DECLARE
        if self.is_submitted:
            return Stage.SUBMITTED
        return Stage.DRAFT if self.has_sheet else Stage.TO_SCORE

    @property
    def counts(self) -> bool:
        """Whether the application waits for this sheet, or has it."""
        return self.stage not in {Stage.WITHDRAWN, Stage.IN_CONFLICT}


def check_content_open(desk: Desk) -> None:
    """Raises what keeps the reviewer from the application's content; silent once no conflict was declared."""
    match desk.stage:
        case Stage.WITHDRAWN:
            raise Withdrawn
        case Stage.IN_CONFLICT:
            raise InConflict
        case Stage.TO_DECLARE:
            raise NotDeclared


def check_draft(desk: Desk) -> None:
    """Raises what keeps the sheet from being written."""
    check_content_open(desk)
    if desk.stage is Stage.SUBMITTED:
        raise SheetSubmitted


def is_unsealed(desks: Collection[Desk]) -> bool:
    """Whether the sheets of an application may be read by others: all that count are in, and there is one."""
    counting = [desk for desk in desks if desk.counts]
    return bool(counting) and all(desk.stage is Stage.SUBMITTED for desk in counting)


def may_see(sheet: Desk, viewer: UUID | None, desks: Collection[Desk]) -> bool:
    """Whether `viewer` (None: staff, who are not reviewers of it) may read the marks of `sheet`.

    One's own always; another's once all are in, one's own among them. Who is in conflict, or was taken off, sees none.
    """
    mine = next((desk for desk in desks if desk.reviewer == viewer), None)
    if mine is not None and not mine.counts:
        return False
    if viewer is not None and mine is None:
        return False
    if sheet.reviewer == viewer:
        return True
    return sheet.stage is Stage.SUBMITTED and is_unsealed(desks)
