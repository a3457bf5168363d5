"""Tables of the notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.base import Base, Identified, Recorded
from portal.notifications.rules import MessageState


class Message(Recorded, Base):
    """One message to one person about one event: `key` says which, so that nothing is told twice.

    Subject, text and HTML are what leaves, but for a personal link: it is put in at delivery and kept nowhere.
    `attachments`: [{"name", "media_type", "method", "text"}], or a PDF made at delivery: [{"name", "receipt_of":
    application}], [{"name", "request_of": request}], [{"name", "letter_of": award}],
    [{"name", "agenda_of": participant, "number"}].
    `next_try_at`: when it is due; while it is being sent, when the claim lapses. `call_id`: the call
    it is about, for whoever may see it. Who has no account is known by the address alone, a buyer by `counterpart_id`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due", "next_try_at", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index(None, "user_id", "created_at"),
        Index(None, "created_at", "id"),
        Index("ix_messages_failed", "created_at", postgresql_where=text("state = 'failed'")),
        CheckConstraint("user_id IS NULL OR counterpart_id IS NULL", name="to_one_reader"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="dated_once_sent"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    event: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    counterpart_id: Mapped[UUID | None] = mapped_column(ForeignKey("counterparts.id"), index=True)
    recipient: Mapped[str]
    language: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"), index=True)
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[MessageState] = mapped_column(default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    deliveries: Mapped[list["Delivery"]] = relationship(lazy="raise", order_by="Delivery.at")


class Delivery(Identified, Base):
    """One attempt to send a message and what the server answered."""

    __tablename__ = "deliveries"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    at: Mapped[datetime]
    is_sent: Mapped[bool]
    answer: Mapped[str]
