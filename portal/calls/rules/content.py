"""The content of a call version: everything about a call that officials decide, and nothing that code does.

Frozen and strict: an unknown key is an error. The YAML of a call is this, written down.
"""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

import ateco
from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from portal.calls.rules.parameters import Parameters
from portal.kernel.text import Frozen, Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Points = Annotated[Decimal, Field(ge=0, le=1000, max_digits=6, decimal_places=2)]


class Tag(StrEnum):
    """How much we know: from the real call, the resolution, the law, or our own assumption."""

    REAL = "REAL"
    DGR = "DGR"
    LAW = "LAW"
    ASSUMPTION = "ASSUMPTION"


class Source(Frozen):
    """Where a thing in a call comes from."""

    tag: Tag
    cite: str = Field(min_length=3)


class Tranche(Frozen):
    eur: Money
    pct: Decimal
    trigger: str


class ProgrammeFacts(Frozen):
    """The programme that pays."""

    code: Code
    title: Text
    act: str
    total_eur: Money
    tranches: list[Tranche] = Field(default_factory=list)
    interim_report_on: date | None = None
    final_report_on: date | None = None
    source: Source


class TextBlock(Frozen):
    """A part of the call's page: heading and Markdown body."""

    key: Key
    heading: Text
    body: Text
    source: Source


class Contacts(Frozen):
    office: str
    email: str
    pec: str | None = None
    phone: str | None = None


class Window(Frozen):
    """When applications are taken: from `opens_at`, included, to `closes_at`, excluded."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime
    source: Source

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_at <= self.opens_at:
            msg = "closes_at must come after opens_at"
            raise ValueError(msg)
        return self


class Item(Frozen):
    """One line of a list: a service given, a cost borne."""

    key: Key
    title: Text


class Offer(Frozen):
    """What a firm gets, and what it pays for itself."""

    services: list[Item] = Field(min_length=1)
    firm_bears: list[Item] = Field(default_factory=list)
    source: Source


class Milestone(Frozen):
    """A day, or days, that the call announces beside its window."""

    key: Key
    title: Text
    on: date
    until: date | None = None
    source: Source


class Budget(Frozen):
    """`places` firms at `unit_value_eur` each, and `other_costs_eur` that are no aid to a firm, within `amount_eur`.

    `asked`: the form's money field with the amount that a firm asks for; `unit_value_eur` is then the most it gets.
    `shortfall`: what happens when the next firm's amount is more than what is left. `car`, `cup`: codes in the
    national registers.
    """

    amount_eur: Money
    unit_value_eur: Money
    places: int = Field(ge=1)
    other_costs_eur: Money = Decimal(0)
    in_kind: bool
    aid_regime: Literal["de_minimis_2023_2831", "de_minimis_2013_1407", "none"]
    on_overflow: Literal["reject", "reduce"] = "reject"
    asked: Key | None = None
    shortfall: Literal["stop", "skip", "partial"] = "stop"
    car: str | None = None
    cup: str | None = None
    source: Source


class Pathway(Frozen):
    """A target market or track; a firm chooses one. `countries`: ISO 3166 codes of two letters.

    `languages`: ISO 639 codes of two letters, those that help to judge it: reviewers who read them are preferred.
    """

    key: Key
    title: Text
    countries: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field(default_factory=list)
    places: int | None = Field(default=None, ge=1)
    min_firms: int | None = Field(default=None, ge=1)
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]] = Field(default_factory=list)
    source: Source | None = None


class Rule(Frozen):
    """An eligibility rule: its kind is in `parameters`, its reason in `source`."""

    id: Key
    version: int = Field(ge=1)
    title: Text
    source: Source
    parameters: Parameters


class Anchor(Frozen):
    """What a mark means."""

    points: Points
    text: Text


class Band(Frozen):
    """Points for facts of one kind: the first band that holds counts.

    `ateco`: code prefixes of `edition`; `sizes`: micro, small, medium; `at_least`/`below`: for numbers.
    """

    points: Points
    ateco: list[str] | None = None
    edition: Literal["2007", "2022", "2025"] = "2025"
    sizes: list[str] | None = None
    values: list[str] | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    text: Text

    @model_validator(mode="after")
    def _codes_exist(self) -> Self:
        for code in self.ateco or []:
            if not ateco.validate(code, edition=self.edition):
                msg = f"{code} is not a code of ATECO {self.edition}"
                raise ValueError(msg)
        return self


class Part(Frozen):
    """A part of an automatic criterion: a fact and its bands. `fact` may be `answers.<field key>`."""

    fact: Annotated[str, StringConstraints(pattern=r"^(sector|size|export_share|answers\.[a-z0-9_]+)$")]
    bands: list[Band] = Field(min_length=1)


class Criterion(Frozen):
    """One criterion of the evaluation; `min` is its threshold."""

    key: Key
    title: Text
    help: Text
    mode: Literal["automatic", "reviewed"]
    max: Points
    min: Points | None = None
    step: Points = Decimal(1)
    anchors: list[Anchor] = Field(default_factory=list)
    parts: list[Part] = Field(default_factory=list)
    source: Source

    @model_validator(mode="after")
    def _scored_one_way(self) -> Self:
        if (self.mode == "automatic") != bool(self.parts):
            msg = "an automatic criterion has parts, a reviewed one has none"
            raise ValueError(msg)
        return self


class Bonus(Frozen):
    """Points added only after the minimum is reached."""

    key: Key
    title: Text
    part: Part
    source: Source


class Group(Frozen):
    """Whom a reserve is for, in one way: by size, by the province of the site, or newcomers: never funded before."""

    sizes: list[Literal["micro", "small", "medium"]] = Field(default_factory=list)
    provinces: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field(default_factory=list)
    newcomers: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.sizes, self.provinces, self.newcomers))) != 1:
            msg = "a group is made by sizes, by provinces or of newcomers: exactly one"
            raise ValueError(msg)
        return self


class Reserve(Frozen):
    """What a group is guaranteed: `quantity` places or euros, or that per cent of the places or of the budget."""

    key: Key
    title: Text
    group: Group
    of: Literal["places", "share_of_places", "eur", "share_of_budget"]
    quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]
    source: Source

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.of == "places" and self.quantity % 1:
            msg = "places are counted in whole numbers"
            raise ValueError(msg)
        if self.of.startswith("share") and self.quantity > 100:  # noqa: PLR2004 - per cent
            msg = "a share is of 100 at most"
            raise ValueError(msg)
        return self


class Lot(Frozen):
    """A lot among equals: `commitment` is the SHA-256 of a seed that stays secret until the ranking is drawn up."""

    commitment: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    source: Source


class TieBreak(Frozen):
    """`by`: a criterion's key, submitted_at, registry_number or lot."""

    by: str
    order: Literal["asc", "desc"]
    source: Source


class Thresholds(Frozen):
    total: Points
    source: Source


class FieldType(StrEnum):
    TEXT = "text"
    LONGTEXT = "longtext"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAIL = "email"
    PEC = "pec"
    URL = "url"
    PHONE = "phone"
    VAT = "vat"
    TAX_CODE = "tax_code"
    REA = "rea"
    ATECO = "ateco"
    MUNICIPALITY = "municipality"
    PROVINCE = "province"
    COUNTRY = "country"
    HS = "hs"
    TABLE = "table"


class Option(Frozen):
    key: Key
    label: Text


class Condition(Frozen):
    """Shown, and required, only where `field` (of the same form) has one of `any_of`."""

    field: Key
    any_of: list[str | bool] = Field(min_length=1)


class FormField(Frozen):
    """One question. `prefill` is a path into the company's profile, such as `company.legal_name`."""

    key: Key
    type: FieldType
    label: Text
    hint: Text | None = None
    required: bool = False
    max_length: int | None = Field(default=None, ge=1, le=20_000)
    min: Decimal | date | None = None
    max: Decimal | date | None = None
    options: list[Option] = Field(default_factory=list)
    condition: Condition | None = None
    columns: "list[FormField]" = Field(default_factory=list)
    min_rows: int = Field(default=0, ge=0)
    max_rows: int = Field(default=20, ge=1, le=200)
    prefill: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.type in {FieldType.CHOICE, FieldType.CHOICES}) != bool(self.options):
            msg = f"{self.key}: choice and choices have options, other types have none"
            raise ValueError(msg)
        if (self.type is FieldType.TABLE) != bool(self.columns):
            msg = f"{self.key}: a table has columns, other types have none"
            raise ValueError(msg)
        return self


class Section(Frozen):
    """One step of the form."""

    key: Key
    title: Text
    intro: Text | None = None
    fields: list[FormField] = Field(min_length=1)


class Form(Frozen):
    """The questions. The field `pathway`, where there is one, chooses among the call's pathways."""

    sections: list[Section] = Field(min_length=1)
    source: Source | None = None

    def fields(self) -> list[FormField]:
        """Every field, in order; columns of tables are not fields."""
        return [field for section in self.sections for field in section.fields]


class DocumentAsked(Frozen):
    """A document of the application."""

    key: Key
    title: Text
    hint: Text | None = None
    required: bool
    formats: list[Literal["pdf", "p7m", "jpg", "png", "docx", "xlsx"]] = ["pdf", "p7m"]  # noqa: RUF012 - pydantic copies it
    signed: bool = False
    max_mb: int = Field(default=20, ge=1, le=100)
    condition: Condition | None = None
    source: Source


class Declaration(Frozen):
    """A statement under DPR 445/2000, ticked one by one, never pre-ticked."""

    key: Key
    text: Text
    required: bool = True
    source: Source


class Days(Frozen):
    """Days of each phase; calendar days. `on_silence`: what an award is that was not accepted in time."""

    procedure: int = Field(ge=1, le=180)
    supplement: int = Field(ge=1, le=30)
    rejection_notice: int = Field(default=10, ge=10)
    evaluation: int = Field(ge=1)
    acceptance: int = Field(ge=1)
    reserve_valid: int = Field(ge=0)
    on_silence: Literal["forfeit", "wait"] = "forfeit"
    source: Source


class Evaluation(Frozen):
    """How people evaluate: how many for each application, until when, blind or not, and when they meet to agree.

    `blind`: reviewers read redacted copies. `consensus`: a meeting's marks replace the mean, `always` or where the
    marks on a criterion lie `spread_pct` per cent of its maximum apart, or more: what is flagged as disagreement.
    """

    reviewers_each: int = Field(default=2, ge=1, le=9)
    due_at: AwareDatetime | None = None
    reminder_hours: list[int] = Field(default_factory=lambda: [72, 24])
    blind: bool = False
    consensus: Literal["never", "on_spread", "always"] = "never"
    spread_pct: Decimal = Field(default=Decimal(30), gt=0, le=100)


class Proceeding(Frozen):
    """How the proceeding of one case runs (L. 241/1990); how long each part lasts is said by `days`.

    `counts_from`: what the days of the procedure follow; None: the closing for a ranking, the registration of each
    application for first come, first served. `term_hour`: until when, in Rome, the last day of a term lasts.
    `supplement_min`, `supplement_max`: bounds of the days that an officer may give; `on_silence`: what happens to who
    does not answer. `notice_before_exclusion`: whether reasons are sent, and observations awaited, before a formal
    exclusion (art. 10-bis). There is none before a ranking: the article does not apply to competitive procedures.
    """

    counts_from: Literal["closing", "registration"] | None = None
    term_hour: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")] = "23:59:59"
    supplement_min: int = Field(default=5, ge=1, le=30)
    supplement_max: int = Field(default=30, ge=1, le=30)
    on_silence: Literal["lapse", "resume"] = "lapse"
    notice_before_exclusion: bool = True

    @property
    def hour(self) -> time:
        """The hour at which terms end."""
        return time.fromisoformat(self.term_hour)


class CallContent(Frozen):
    """A whole version of a call."""

    code: Code
    slug: Slug
    title: Text
    summary: Text
    programme: ProgrammeFacts
    texts: list[TextBlock]
    funding_body: str
    implementing_body: str
    operator: str
    responsible_officer: str
    contacts: Contacts
    procedure: Literal["ranking", "first_come_first_served"]
    window: Window
    milestones: list[Milestone] = Field(default_factory=list)
    budget: Budget
    offer: Offer | None = None
    pathways: list[Pathway] = Field(default_factory=list)
    rules: list[Rule]
    criteria: list[Criterion]
    thresholds: Thresholds
    bonus: list[Bonus] = Field(default_factory=list)
    evaluation: Evaluation = Field(default_factory=Evaluation)
    tie_break: list[TieBreak]
    reserves: list[Reserve] = Field(default_factory=list)
    lot: Lot | None = None
    overbooking_pct: int | None = Field(default=None, ge=100, le=1000)
    four_eyes: Literal["two_persons", "three_persons"] = "two_persons"
    form: Form
    documents: list[DocumentAsked]
    declarations: list[Declaration]
    days: Days
    proceeding: Proceeding = Proceeding()
    reminder_hours: list[int] = Field(default_factory=lambda: [168, 48, 4])
    stamp_duty: Literal["none", "virtual", "mark"]
    signature: list[Literal["CAdES", "PAdES"]] = ["CAdES", "PAdES"]  # noqa: RUF012 - idem
    sample_check_pct: Decimal = Field(default=Decimal(5), ge=0, le=100)
    outputs: list[Literal["ranking_act", "three_lists", "pec_notice", "transparency_csv"]] = Field(default_factory=list)
    privacy: Text
    source: Source

    def criterion(self, key: str) -> Criterion:
        """The criterion of that key; raises KeyError."""
        return {criterion.key: criterion for criterion in self.criteria}[key]

    def is_open(self, at: datetime) -> bool:
        """Whether applications are taken at this instant."""
        return self.window.opens_at <= at < self.window.closes_at
