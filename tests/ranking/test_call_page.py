"""What a call says in public of what decides its ranking."""

from datetime import UTC, datetime

from portal.calls.rules.content import Group, Lot, Reserve, TieBreak
from portal.kernel.text import Text, sha256_hex
from tests.factories.calls import around, content, make_call

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_call_shows_its_reserves_shares_and_the_hash_of_its_lot(session, client):
    source = content().source
    lot = Lot(commitment=sha256_hex(bytes.fromhex("5e" * 32)), source=source)
    title, group = Text(it="Riserva micro", en="Micro reserve"), Group(sizes=["micro"])
    held = Reserve(key="micro", title=title, group=group, of="share_of_places", quantity=20, source=source)
    ties = [TieBreak(by="lot", order="asc", source=source)]
    call = make_call(session, window=around(AT), at=AT, lot=lot, tie_break=ties, reserves=[held])
    session.commit()

    page = client.get(f"/bandi/{call.slug}").text

    assert [
        words for words in ("Riserva micro", "20 % dei posti", lot.commitment, "il sorteggio") if words in page
    ] == [
        "Riserva micro",
        "20 % dei posti",
        lot.commitment,
        "il sorteggio",
    ]
