"""What a mission is, as data that staff write: programme, destination with its rules, terms."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from pydantic import Field, model_validator

from portal.kernel.text import Frozen, Text

LONGEST_DAYS: Final = 60
MOST_PLACES: Final = 500


class Destination(Frozen):
    """A country and what it asks of whoever enters. `visa_free_days` by nationality (ISO 3166 alpha-3).

    A passport must outlast the return by `block_months`; one that doesn't outlast it by `warn_months` is warned of.
    A nationality that stands in no row is to be verified by a person.
    """

    country: str = Field(pattern="^[A-Z]{3}$")
    name: Text
    visa_free_days: dict[str, int]
    block_months: int = Field(ge=0, le=24)
    warn_months: int = Field(ge=0, le=24)
    source: str = ""

    @model_validator(mode="after")
    def _warns_before_it_blocks(self) -> "Destination":
        if self.warn_months < self.block_months:
            msg = "warn_months must not be below block_months"
            raise ValueError(msg)
        return self


UZBEKISTAN: Final = Destination(
    country="UZB",
    name=Text(it="Uzbekistan", en="Uzbekistan"),
    visa_free_days={"ITA": 30},
    block_months=3,
    warn_months=6,
    source="Ministero degli Affari esteri, Viaggiare Sicuri",
)


class Day(Frozen):
    """A line of the programme."""

    on: date
    place: str = Field(min_length=1, max_length=80)
    text: Text


class Moment(Frozen):
    """An occasion at which attendance is taken; `key` stays when its words change."""

    key: str = Field(pattern="^[a-z0-9-]{1,40}$")
    title: Text


class MissionContent(Frozen):
    """All that staff write of a mission. Instants are aware; `closes_at` is when the list closes."""

    title: Text
    destination: Destination
    starts_on: date
    returns_on: date
    programme: tuple[Day, ...] = ()
    moments: tuple[Moment, ...] = ()
    places: int = Field(ge=1, le=MOST_PLACES)
    delegates_per_firm: int = Field(ge=1, le=20)
    free_delegates: int = Field(ge=0, le=20)
    fee_eur: Decimal = Field(ge=0, le=100_000)
    minimum_firms: int = Field(ge=1, le=MOST_PLACES)
    opens_at: datetime
    closes_at: datetime
    offer_hours: int = Field(ge=1, le=240)
    purge_days: int = Field(ge=1, le=365)
    contact: str = Field(min_length=3, max_length=200)

    @property
    def days(self) -> int:
        """Days abroad, both ends counted."""
        return (self.returns_on - self.starts_on).days + 1

    @property
    def purge_on(self) -> date:
        """The day on which what is known of the travellers is destroyed."""
        return self.returns_on + timedelta(days=self.purge_days)

    def is_paying(self, turn: int) -> bool:
        """Whether the firm pays for its delegate of that number."""
        return turn > self.free_delegates


def faults(content: MissionContent) -> dict[str, str]:
    """Field -> what contradicts itself, by name; empty where nothing does."""
    found = {}
    if content.returns_on < content.starts_on:
        found["returns_on"] = "returns_before_it_starts"
    elif content.days > LONGEST_DAYS:
        found["returns_on"] = "too_long"
    if content.closes_at <= content.opens_at:
        found["closes_at"] = "closes_before_it_opens"
    elif content.closes_at.date() > content.starts_on:
        found["closes_at"] = "closes_after_the_start"
    if content.free_delegates > content.delegates_per_firm:
        found["free_delegates"] = "more_free_than_allowed"
    if content.minimum_firms > content.places:
        found["minimum_firms"] = "more_firms_than_places"
    if any(not content.starts_on <= day.on <= content.returns_on for day in content.programme):
        found["programme"] = "outside_the_dates"
    return found
