"""Two hundred tamperings by the owner of the database, drawn by lot: each one is found, and its undoing too."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import db
from portal.audit import queries
from tests.audit.test_chain import Chain, chain, note

__all__ = ["chain"]

HOW_MANY, LINES, SEED = 200, 40, 3107
EDITS = (
    "at = at + interval '{} microseconds'",
    "action = action || '{}'",
    "subject_type = 'x{}'",
    "subject_id = subject_id || '{}'",
    "by = 'an{}'",
    "detail = replace(detail, 'voce', 'voce {}')",
    "previous = hash",
    "hash = md5('{}') || md5(hash)",
)


@pytest.fixture
def owner(chain: Chain) -> Iterator[Session]:
    """The owner's own session, past every trigger, on a chain of forty lines."""
    with db.transaction() as session:
        for number in range(5, LINES):
            note(session, number)
    db.session.remove()
    db._factory.kw["bind"].dispose()
    engine = db.make_engine(chain.url.replace("postgresql:", "postgresql+psycopg:"), role=None)
    with Session(engine) as session:
        session.execute(text("SET session_replication_role = replica"))
        session.commit()
        yield session
    engine.dispose()


def edit(session: Session, chance: Random) -> None:
    """One field of one line."""
    change = chance.choice(EDITS).format(chance.randint(1, 999))
    session.execute(text(f"UPDATE audit_entries SET {change} WHERE seq = :seq"), {"seq": chance.randint(1, LINES)})


def delete(session: Session, chance: Random) -> None:
    """One line or some in a row; now and then those behind close up."""
    first = chance.randint(1, LINES - 3)
    last = first + chance.randint(0, 2)
    session.execute(
        text("DELETE FROM audit_entries WHERE seq BETWEEN :first AND :last"), {"first": first, "last": last}
    )
    if chance.random() < 0.5:
        gap = {"gap": last - first + 1, "last": last}
        session.execute(text("UPDATE audit_entries SET seq = -(seq - :gap) WHERE seq > :last"), gap)
        session.execute(text("UPDATE audit_entries SET seq = -seq WHERE seq < 0"))
        session.execute(text("UPDATE audit_head SET seq = seq - :gap"), gap)


def reorder(session: Session, chance: Random) -> None:
    """Two lines change places; now and then their links do not."""
    one, two = chance.sample(range(1, LINES + 1), 2)
    session.execute(
        text("UPDATE audit_entries SET seq = -(:one + :two - seq) WHERE seq IN (:one, :two)"), {"one": one, "two": two}
    )
    session.execute(text("UPDATE audit_entries SET seq = -seq WHERE seq < 0"))
    if chance.random() < 0.5:
        session.execute(
            text(
                "UPDATE audit_entries a SET previous = b.previous, hash = b.hash FROM audit_entries b"
                " WHERE a.seq IN (:one, :two) AND b.seq IN (:one, :two) AND a.seq <> b.seq"
            ),
            {"one": one, "two": two},
        )


def cut(session: Session, chance: Random) -> None:
    """The end, and the head set back to match: only the head kept elsewhere knows."""
    left = chance.randint(1, LINES - 1)
    session.execute(text("DELETE FROM audit_entries WHERE seq > :left"), {"left": left})
    if chance.random() < 0.7:
        session.execute(
            text("UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries WHERE seq = :left)"),
            {"left": left},
        )


def test_two_hundred_tamperings_are_all_found(owner: Session):
    kept, chance, ways = queries.head(owner), Random(SEED), (edit, delete, reorder, cut)
    assert (kept.seq, queries.verify(owner, known=kept).holds) == (LINES, True)
    missed, tried = [], Counter[str]()
    for number in range(HOW_MANY):
        way = chance.choice(ways)
        way(owner, chance)
        tried[way.__name__] += 1
        if queries.verify(owner, known=kept).holds:
            missed.append(f"{number}: {way.__name__}")
        owner.rollback()

    assert missed == []
    assert len(tried) == len(ways)
    assert queries.verify(owner, known=kept).holds, "and what was undone is whole again"
