"""Who listens to what: the whole story on one page. An event that nobody needs stands in IGNORED, with the reason."""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "applications.submitted": ("applications.register", "eligibility.check", "notifications.tell"),
    "applications.withdrawn": ("notifications.tell",),
    "accounts.confirmation_requested": ("notifications.tell",),
    "accounts.known_address_used": ("notifications.tell",),
    "accounts.reset_requested": ("notifications.tell",),
    "accounts.invited": ("notifications.tell",),
    "accounts.mandate_given": ("notifications.tell", "evaluation.detect"),
    "accounts.mandate_revoked": ("notifications.tell",),
    "documents.stored": ("documents.scan",),
    "eligibility.admitted": ("notifications.tell",),
    "eligibility.not_admitted": ("notifications.tell",),
    "eligibility.recheck_asked": ("eligibility.recheck",),
    "evaluation.assigned": ("notifications.tell",),
    "evaluation.conflict_found": ("notifications.tell",),
    "evaluation.stepped_down": ("notifications.tell",),
    "evaluation.meeting_needed": ("notifications.tell",),
    "evaluation.sheets_due": ("notifications.tell",),
    "evaluation.reopened": ("notifications.tell",),
    "ranking.published": ("notifications.tell",),
    "access.asked": ("notifications.tell",),
    "access.notified": ("notifications.tell",),
    "access.answered": ("notifications.tell",),
    "access.decided": ("notifications.tell",),
    "calls.opened": ("notifications.tell",),
    "calls.closed": ("notifications.tell",),
    "calls.amended": ("notifications.tell",),
    "calls.reminder_due": ("notifications.tell",),
}

IGNORED: dict[str, str] = {
    "evaluation.completed": "the office's board shows it, and the ranking waits for a person",
    "eligibility.checked": "the firm hears of decisions; staff see reports on their pages",
    "accounts.unknown_address_used": "written so that an unknown address costs what a known one does",
}
