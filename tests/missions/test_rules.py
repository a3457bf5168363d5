"""Rules of the missions: passports, their machine-readable lines, places, lists."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.missions.rules import fields, mrz, waiting
from portal.missions.rules.content import UZBEKISTAN, faults
from portal.missions.rules.fields import FIELDS, SHEETS, Purpose
from portal.missions.rules.travel import Finding, Passport, assess, is_blocked, months_later
from tests.factories.missions import TODAY, plan

LEAVES, RETURNS = date(2026, 10, 5), date(2026, 10, 11)
SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
DATES = st.dates(min_value=date(1930, 1, 1), max_value=date(2045, 12, 31))


def found(expires, *, nationality="ITA", issued=None):
    passport = Passport(nationality=nationality, issued_on=issued, expires_on=expires)
    return assess(passport, UZBEKISTAN, starts_on=LEAVES, returns_on=RETURNS)


@pytest.mark.parametrize(
    ("expires", "finding"),
    [
        (RETURNS - timedelta(days=1), [Finding.EXPIRES_BEFORE_RETURN]),
        (RETURNS, [Finding.EXPIRES_TOO_SOON]),
        (date(2027, 1, 10), [Finding.EXPIRES_TOO_SOON]),
        (date(2027, 1, 11), [Finding.EXPIRES_SOON]),
        (date(2027, 4, 10), [Finding.EXPIRES_SOON]),
        (date(2027, 4, 11), []),
    ],
)
def test_a_passport_is_counted_from_the_return(expires, finding):
    assert found(expires) == finding


@given(DATES, st.integers(0, 24))
def test_a_longer_passport_is_never_worse(expires, more):
    later = months_later(expires, more)

    assert is_blocked(found(expires)) or not is_blocked(found(later))


@given(DATES, st.integers(0, 600))
def test_months_later_falls_in_the_month_counted(on, months):
    later = months_later(on, months)

    assert (later.year - on.year) * 12 + later.month - on.month == months
    assert later.day <= on.day


def test_an_unknown_nationality_is_to_be_verified_and_a_long_stay_too():
    assert found(date(2032, 1, 1), nationality="MDA") == [Finding.NATIONALITY_UNKNOWN]
    passport = Passport(nationality="ITA", issued_on=None, expires_on=date(2032, 1, 1))
    long = assess(passport, UZBEKISTAN, starts_on=LEAVES, returns_on=LEAVES + timedelta(days=30))
    just = assess(passport, UZBEKISTAN, starts_on=LEAVES, returns_on=LEAVES + timedelta(days=29))
    assert (long, just) == ([Finding.STAYS_TOO_LONG], [])


def test_what_is_missing_or_upside_down_is_said():
    assert found(None) == [Finding.INCOMPLETE]
    assert found(date(2032, 1, 1), issued=date(2033, 1, 1)) == [Finding.ISSUED_AFTER_EXPIRY]


def test_the_specimen_of_the_standard_is_sound():
    zone = mrz.read(SPECIMEN)

    assert zone == mrz.Zone(
        family_name="ERIKSSON", given_names="ANNA MARIA", number="L898902C3", nationality="UTO",
        born="740812", expires="120415", is_sound=True,
    )  # fmt: skip


CHECKED = [44 + place for place in range(44) if place not in {10, 11, 12, 20}]


@given(st.sampled_from(CHECKED), st.integers(0, 9))
def test_another_digit_anywhere_that_is_checked_is_noticed(place, digit):
    bare = SPECIMEN.replace("\n", "")
    typed = bare[:place] + str(digit) + bare[place + 1 :]
    zone = mrz.read(typed)

    assert zone is not None
    if mrz.check_digit(bare[place]) != mrz.check_digit(str(digit)):
        assert not zone.is_sound


@pytest.mark.parametrize(
    "text", ["", "P<ITA", SPECIMEN[:-1], SPECIMEN.replace("P<", "I<"), SPECIMEN.replace("L8", "L?")]
)
def test_what_is_no_passport_is_none(text):
    assert mrz.read(text) is None


NAMES = st.text("abcdefghilmnopqrstuvzàèìòù' ", min_size=1, max_size=30).filter(lambda name: mrz.plain(name) != "")


@given(NAMES, NAMES, st.from_regex(r"[A-Z]{2}[0-9]{7}", fullmatch=True), DATES, DATES)
def test_lines_made_of_a_passport_agree_with_it(family, given_, number, born, expires):
    told = {
        "family_name": family, "given_names": given_, "passport_number": number, "nationality": "ITA",
        "born_on": str(born), "expires_on": str(expires),
    }  # fmt: skip
    zone = mrz.read(
        mrz.lines(family=family, given=given_, number=number, nationality="ITA", born=born, expires=expires)
    )

    assert zone is not None
    assert zone.is_sound
    assert mrz.disagreements(zone, told) == []
    assert "passport_number" in mrz.disagreements(zone, told | {"passport_number": "ZZ0000001X"})


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)), st.lists(st.integers(), unique=True, max_size=40))
def test_offers_fill_free_places_in_the_order_of_the_list(places, taken, in_line):
    made = waiting.offers(places, taken, in_line)

    assert [who for who, _ in made] == in_line[: len(made)]
    assert len({place for _, place in made}) == len(made) == min(len(in_line), len(places - taken))
    assert {place for _, place in made} <= places - taken


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_list_has_names_and_only_known_fields(purpose):
    sheet = SHEETS[purpose].fields

    assert set(fields.NAMES) <= set(sheet) <= set(fields.LABELS)
    assert len(set(sheet)) == len(sheet)


def test_only_who_needs_a_passport_gets_one():
    assert {purpose for purpose, sheet in SHEETS.items() if "passport_number" in sheet.fields} == {
        Purpose.AIRLINE, Purpose.HOTEL, Purpose.EMBASSY,
    }  # fmt: skip
    assert {purpose for purpose, sheet in SHEETS.items() if "diet" in sheet.fields} == {Purpose.DIETS}


@given(st.sampled_from(sorted(set(FIELDS) - fields.OPEN - {"given_names", "family_name"})), st.text(min_size=4))
def test_masked_values_say_little(field, value):
    assert len(fields.masked(field, value).replace("•", "")) <= 3


def test_differences_name_who_is_new_gone_and_changed():
    before = [{"id": "a", "room": "singola"}, {"id": "b", "room": "doppia"}]
    now = [{"id": "a", "room": "doppia"}, {"id": "c", "room": "doppia"}]

    assert fields.changes(before, now) == {"a": ["room"], "b": ["-"], "c": ["+"]}
    assert fields.changes(now, now) == {}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"returns_on": TODAY}, "returns_on"),
        ({"returns_on": TODAY + timedelta(days=200)}, "returns_on"),
        ({"free_delegates": 3}, "free_delegates"),
        ({"minimum_firms": 3}, "minimum_firms"),
        ({"starts_on": TODAY}, "closes_at"),
    ],
)
def test_a_mission_that_contradicts_itself_is_named(more, field):
    assert field in faults(plan(**more))


def test_a_sound_mission_has_no_faults():
    assert faults(plan()) == {}
    assert plan().purge_on == plan().returns_on + timedelta(days=30)
    assert [plan().is_paying(turn) for turn in (1, 2)] == [False, True]
