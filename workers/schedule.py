"""What the scheduler runs, and how often. Every entry may run twice or late without harm."""

from typing import Any

from celery.schedules import crontab

from workers import queues

SCHEDULE: dict[str, dict[str, Any]] = {
    "outbox.relay": {"task": "outbox.relay", "schedule": 1.0, "options": {"queue": queues.RELAY, "expires": 30}},
    "outbox.remind": {"task": "outbox.remind", "schedule": 2.0, "options": {"queue": queues.RELAY, "expires": 30}},
    "notifications.deliver_due": {
        "task": "notifications.deliver_due",
        "schedule": 2.0,
        "options": {"queue": queues.MAIL, "expires": 30},
    },
    "calls.tick": {"task": "calls.tick", "schedule": 15.0, "options": {"queue": queues.HOUSEKEEPING, "expires": 60}},
    "applications.register_forgotten": {
        "task": "applications.register_forgotten",
        "schedule": 60.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "applications.close_full": {
        "task": "applications.close_full",
        "schedule": 15.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "applications.remind_due": {
        "task": "applications.remind_due",
        "schedule": 60.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "eligibility.close_due": {
        "task": "eligibility.close_due",
        "schedule": 15.0,
        "options": {"queue": queues.SCORING, "expires": 60},
    },
    "eligibility.sweep": {
        "task": "eligibility.sweep",
        "schedule": 60.0,
        "options": {"queue": queues.SCORING, "expires": 60},
    },
    "evaluation.tick": {
        "task": "evaluation.tick",
        "schedule": 300.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 300},
    },
    "awards.tick": {
        "task": "awards.tick",
        "schedule": 60.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "access.remind": {
        "task": "access.remind",
        "schedule": 300.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 300},
    },
    "missions.tick": {
        "task": "missions.tick",
        "schedule": 60.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "documents.scan_pending": {
        "task": "documents.scan_pending",
        "schedule": 60.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "documents.sweep": {
        "task": "documents.sweep",
        "schedule": 3600.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 3600},
    },
    "matching.sweep": {
        "task": "matching.sweep",
        "schedule": 30.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 60},
    },
    "matching.follow_up": {
        "task": "matching.follow_up",
        "schedule": 600.0,
        "options": {"queue": queues.HOUSEKEEPING, "expires": 600},
    },
    "notifications.remind_staff": {
        "task": "notifications.remind_staff",
        "schedule": crontab(hour=7, minute=30),
        "options": {"queue": queues.MAIL, "expires": 3600},
    },
}
