"""Calendars: a reader that does what RFC 5545 and 5546 say ends with the agenda as it stands, whatever came before."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, strategies as st
from icalendar import Calendar

from portal.matching.models import AgendaVersion, MatchingEvent, Participant
from portal.matching.queries.personal import Known, Personal, Told
from portal.matching.rules.states import Side
from portal.matching.rules.versions import Entry, Kind, follow
from portal.matching.service import agendas

START = datetime(2027, 3, 9, 4, tzinfo=UTC)
FIRM, OTHER, BUYER, TAKER = (str(UUID(int=number)) for number in range(1, 5))
PAIRS = {"m1": (FIRM, BUYER), "m2": (FIRM, TAKER), "m3": (OTHER, BUYER)}
places = st.dictionaries(st.sampled_from(sorted(PAIRS)), st.tuples(st.integers(0, 5), st.sampled_from("12")))


def entry(meeting, slot, table, **more):
    firm, buyer = PAIRS[meeting]
    at = START + timedelta(minutes=25 * slot)
    return Entry(
        meeting=meeting,
        firm=firm,
        buyer=buyer,
        slot=str(slot),
        starts_at=at.isoformat(),
        ends_at=(at + timedelta(minutes=20)).isoformat(),
        table=table,
        **more,
    )


def told(entries, before=(), *, number=1):
    event = MatchingEvent(title_it="Incontri", title_en="Meetings", place="Tashkent", timezone="Asia/Tashkent")
    sides = {FIRM: Side.COMPANY, OTHER: Side.COMPANY, BUYER: Side.BUYER, TAKER: Side.BUYER}
    return Told(
        event=event,
        version=AgendaVersion(number=number, published_at=START - timedelta(days=30 - number), reason=""),
        entries=entries,
        before=before,
        turns=(),
        known={id_: Known(Participant(side=side), f"Nome, {id_[-1]}; &c.", "", []) for id_, side in sides.items()},
    )


class Reader:
    """A calendar program: by UID, the highest SEQUENCE counts."""

    def __init__(self):
        self.known = {}

    def read(self, ics: bytes):
        calendar = Calendar.from_ical(ics)
        method = str(calendar["method"])
        for event in calendar.walk("VEVENT"):
            uid, sequence = str(event["uid"]), int(str(event["sequence"]))
            if sequence >= self.known.get(uid, (-1,))[0]:
                off = method == "CANCEL" or str(event["status"]) == "CANCELLED"
                assert (str(event["status"]) == "CANCELLED") is off
                self.known[uid] = (sequence, None if off else (event.decoded("dtstart"), str(event["location"])))

    @property
    def shown(self):
        return {uid: what for uid, (_sequence, what) in self.known.items() if what}


def letters(mine: Personal):
    """What is attached to a letter of a telling: to whom nothing changed, no letter."""
    news = mine.told.changed.get(mine.who, ())
    if news:
        yield agendas.calendar(mine, language="it", path="/area/incontri/x/agenda")
    off = [one.after for one in news if one.kind is Kind.OFF]
    if off:
        yield agendas.cancellations(mine, off, language="it")


def expected(entries, who):
    return {
        f"{one.meeting}.{who}@portale-export": (datetime.fromisoformat(one.starts_at), f"Tavolo {one.table}, Tashkent")
        for one in entries
        if not one.is_off and who in {one.firm, one.buyer}
    }


@given(tellings=st.lists(places, min_size=1, max_size=5), who=st.sampled_from([FIRM, OTHER, BUYER, TAKER]))
def test_letters_alone_keep_a_calendar_right(app, tellings, who):
    reader, late = Reader(), Reader()
    before: list[Entry] = []
    sequences: dict[str, int] = {}
    with app.test_request_context():
        for number, standing in enumerate(tellings, 1):
            entries = follow(before, [entry(meeting, *place) for meeting, place in standing.items()])
            mine = Personal(told(entries, before, number=number), who)
            for ics in letters(mine):
                reader.read(ics)
            assert reader.shown == expected(entries, who)
            for one in entries:
                assert one.sequence >= sequences.get(one.meeting, 0)
                sequences[one.meeting] = one.sequence
            before = entries
        late.read(agendas.calendar(mine, language="it"))
        assert late.shown == reader.shown


def test_each_change_grows_the_sequence_and_keeps_the_uid(app):
    first = follow([], [entry("m1", 0, "1")])
    moved = follow(first, [entry("m1", 2, "1")])
    off = follow(moved, [])
    with app.test_request_context():
        events = [
            Calendar.from_ical(agendas.calendar(Personal(told(one), FIRM), language="it")).walk("VEVENT")[0]
            for one in (first, moved, off)
        ]
        cancelled = Calendar.from_ical(agendas.cancellations(Personal(told(off), FIRM), off, language="it"))
    assert [int(str(one["sequence"])) for one in events] == [0, 1, 2]
    assert {str(one["uid"]) for one in events} == {f"m1.{FIRM}@portale-export"}
    assert [str(one["status"]) for one in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert (str(cancelled["method"]), int(str(cancelled.walk("VEVENT")[0]["sequence"]))) == ("CANCEL", 2)
    assert str(events[0]["organizer"]).startswith("mailto:")


def test_names_with_signs_of_the_format_come_back_whole(app):
    with app.test_request_context():
        mine = Personal(told([entry("m1", 0, "1", interpreter="Ольга, И.; \\n")]), FIRM)
        (event,) = Calendar.from_ical(agendas.calendar(mine, language="it")).walk("VEVENT")
    assert str(event["summary"]) == "Incontro con Nome, 3; &c."
    assert "Ольга, И.; \\n" in str(event["description"])


def test_a_buyers_calendar_speaks_their_language_and_names_no_page_of_the_firms(app):
    with app.test_request_context():
        mine = Personal(told([entry("m1", 0, "1")]), BUYER)
        (event,) = Calendar.from_ical(agendas.calendar(mine, language="ru", path="/area")).walk("VEVENT")
    assert str(event["summary"]) == "Встреча: Nome, 1; &c."
    assert "url" not in event
