"""What every table shares."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Date, DateTime, Enum as SqlEnum, MetaData, Numeric, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The declarative base; constraints get names that mean something."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own convention
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        date: Date(),
        int: BigInteger(),
        Decimal: Numeric(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        Enum: SqlEnum(
            Enum,
            native_enum=False,
            create_constraint=True,
            length=40,
            values_callable=lambda kind: [m.value for m in kind],
        ),
    }


class Identified:
    """A key that says nothing about how many there are."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Recorded(Identified):
    """An identified row that knows when it was made and last touched."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
