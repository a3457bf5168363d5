"""Days and sessions, cut into slots; settings that hang together."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from portal.matching.rules.refusals import SessionsOverlap, SessionTooShort, TooManySlots
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import Side
from portal.matching.rules.timetable import Sitting, cut, sittings_of

DAY = date(2027, 3, 9)
MORNING = Sitting(DAY, time(9), time(12), "Mattina")


@given(hour=st.integers(0, 15), length=st.integers(60, 480), minutes=st.integers(5, 60), pause=st.integers(0, 30))
def test_slots_have_their_length_and_pauses_and_none_passes_the_end(hour, length, minutes, pause):
    end = hour * 60 + length
    sitting = Sitting(DAY, time(hour), time(end // 60, end % 60), "s")
    slots = cut([sitting], minutes=minutes, pause=pause)

    assert len(slots) == (length + pause) // (minutes + pause)
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(minutes=minutes)}
    assert {b.starts_at - a.ends_at for a, b in pairwise(slots)} <= {timedelta(minutes=pause)}
    assert slots[-1].ends_at - slots[0].starts_at <= timedelta(minutes=length)


def test_the_contract_s_day_has_seven_slots_in_three_hours():
    assert len(cut([MORNING], minutes=20, pause=5)) == 7


def test_sessions_come_back_from_their_slots():
    evening = Sitting(DAY, time(14), time(16, 50), "Pomeriggio")
    found = sittings_of(cut([evening, MORNING], minutes=20, pause=5))

    assert found == [Sitting(DAY, time(9), time(11, 50), "Mattina"), evening]
    assert cut(found, minutes=20, pause=5) == cut([MORNING, evening], minutes=20, pause=5)


def test_a_change_of_the_clock_moves_no_meeting_by_an_hour():
    before, after = (Sitting(date(2027, 3, day), time(9), time(10), "M") for day in (27, 29))
    first, second = (cut([one], minutes=20, pause=5)[0] for one in (before, after))

    assert second.starts_at - first.starts_at == timedelta(days=2, hours=-1)


@pytest.mark.parametrize(
    ("sittings", "refusal"),
    [
        ([Sitting(DAY, time(9), time(9, 19), "M")], SessionTooShort),
        ([Sitting(DAY, time(12), time(9), "M")], SessionTooShort),
        ([MORNING, Sitting(DAY, time(11), time(13), "Tarda")], SessionsOverlap),
        ([Sitting(DAY + timedelta(days=day), time(0), time(23), "M") for day in range(4)], TooManySlots),
    ],
)
def test_what_gives_no_timetable_is_refused(sittings, refusal):
    with pytest.raises(refusal) as no:
        cut(sittings, minutes=20, pause=5)

    assert no.value.field == "sittings"
    assert "%(" not in str(no.value)


def test_settings_keep_what_they_are_given_as_json():
    settings = Settings(firms=Quota(wants=3, least=2, most=6), break_scope="day")

    assert Settings.model_validate(settings.model_dump(mode="json")) == settings
    assert (settings.quota(Side.COMPANY).wants, settings.quota(Side.BUYER).least) == (3, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"firms": {"least": 3, "most": 2}},
        {"terms": []},
        {"terms": ["breaks", "breaks"]},
        {"minutes": 0},
        {"weights": {"would": 1.0, "want": 0.5}},
        {"unknown": 1},
    ],
)
def test_settings_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
