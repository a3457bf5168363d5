"""Tables of the notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.base import Base, Identified, Recorded
from portal.notifications.rules import MessageState


class Message(Recorded, Base):
    """One message to one person about one event: `key` says which, so that nothing is told twice."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due", "next_try_at", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index(None, "user_id", "created_at"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    event: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recipient: Mapped[str]
    language: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[MessageState] = mapped_column(default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Delivery(Identified, Base):
    """One attempt to send a message and what the server answered."""

    __tablename__ = "deliveries"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    at: Mapped[datetime]
    is_sent: Mapped[bool]
    answer: Mapped[str]
