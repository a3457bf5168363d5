"""What each document says: its data, checked before it is set. Values are text already, in the paper's language.

Instants are shown in Rome with their seconds; `sha256` is of what the paper is about and stands at its foot.
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Paper(Part):
    """What all papers say: who issues it, within which programme, about which call."""

    template: ClassVar[str]

    issuer: str
    programme: str
    call_title: str
    call_code: str
    sha256: str | None


class Enclosed(Part):
    """A file of an application; `name` empty: asked for, not there yet."""

    title: str
    name: str = ""
    size: str = ""
    sha256: str = ""
    signers: list[str] = []


class Receipt(Paper):
    """The proof of one submission. `verify_url` is also in the QR code."""

    template: ClassVar[str] = "receipt"

    company: str
    vat: str
    pathway: str | None
    arrival: str
    protocol: str | None
    submitted_at: str
    submitted_by: str
    attachments: list[Enclosed]
    code: str
    verify_url: str


class Reply(Part):
    """One answer: a `value`, lines parted by newlines, or a table of `columns` and `rows`."""

    label: str
    value: str = ""
    columns: list[str] = []
    rows: list[list[str]] = []


class Step(Part):
    """One section of the form."""

    title: str
    answers: list[Reply]


class Statement(Part):
    """One declaration, and whether it was made."""

    text: str
    is_made: bool


class Supplement(Part):
    """What was added to an application after it was handed in, when the office asked."""

    asked_at: str
    answered_at: str
    words: str
    note: str
    answers: list[Reply]
    attachments: list[Enclosed]


class ApplicationSheet(Paper):
    """A whole application, at any time of its life; `supplements` stand beside what was handed in."""

    template: ClassVar[str] = "application"

    company: str
    vat: str
    pathway: str | None
    state: str
    is_draft: bool
    is_withdrawn: bool = False
    arrival: str | None
    submitted_at: str | None
    printed_at: str
    sections: list[Step]
    attachments: list[Enclosed]
    declarations: list[Statement]
    supplements: list[Supplement] = []


class RequestLetter(Paper):
    """A letter to a firm: a supplement is wanted (`items`), or a rejection is announced (`reasons`)."""

    template: ClassVar[str] = "request_letter"

    is_notice: bool
    company: str
    vat: str
    protocol: str
    number: str
    asked_at: str
    due_at: str
    extension: str = ""
    words: str
    items: list[str]
    reasons: list[str]
    lapses: bool
    officer: str
    contact: str
    answer_url: str


class Observation(Part):
    """What a firm observed, what on, and what the office answers."""

    about: str
    words: str
    reply: str


class FinalAct(Paper):
    """The act by which an application is not admitted; `noticed_at` and what follows where there was a notice."""

    template: ClassVar[str] = "final_act"

    company: str
    vat: str
    protocol: str
    made_at: str
    reason: str
    noticed_at: str | None
    observed_at: str | None
    reasons: list[str]
    observations: list[Observation]
    officer: str
    contact: str


class Row(Part):
    """One application in a list."""

    position: str
    arrival: str
    company: str
    points: str
    amount: str
    note: str = ""


class Numbered(Part):
    """An application of which only number and outcome are said."""

    number: str
    outcome: str


class Listing(Part):
    """One of the lists of a ranking: `rows` by name, or `numbers` alone."""

    title: str
    note: str = ""
    rows: list[Row] = []
    numbers: list[Numbered] = []


class RankingList(Paper):
    """One version of a ranking, in its lists; not published while `published_at` is None."""

    template: ClassVar[str] = "ranking_list"

    number: str
    reason: str
    drawn_up_at: str
    published_at: str | None
    threshold: str
    budget: str
    lists: list[Listing]


class ActBlock(Part):
    """A paragraph of an act by its `kind`, or a table of `columns` and `rows`."""

    kind: str
    text: str = ""
    columns: list[str] = []
    rows: list[list[str]] = []


class Determination(Paper):
    """The draft of an act, not yet signed nor numbered."""

    template: ClassVar[str] = "determination"

    blocks: list[ActBlock]


class LetterFact(Part):
    """A fact that a letter states."""

    label: str
    value: str


class LetterPart(Part):
    """A part of a letter: a title, paragraphs, facts one under the other, a list."""

    title: str = ""
    paragraphs: list[str] = []
    facts: list[LetterFact] = []
    items: list[str] = []


class Letter(Paper):
    """A letter of the office to a firm."""

    template: ClassVar[str] = "letter"

    title: str
    dated: str
    reference: str
    addressee: list[str]
    parts: list[LetterPart]
    signatory: str


class DelegateRow(Part):
    """A traveller in a list: `changed` marks the cells that are not as in the version that was sent."""

    cells: list[str]
    changed: list[bool]
    news: str = ""
    is_gone: bool = False


class DelegateList(Paper):
    """A list of travellers for one recipient; `since` is the number of the version it is compared with."""

    template: ClassVar[str] = "mission_list"

    title: str
    mission: str
    dates: str
    number: str
    since: str
    made_at: str
    columns: list[str]
    rows: list[DelegateRow]


class Badge(Part):
    """A name to wear; `address` is what its QR code opens."""

    name: str
    company: str
    role: str
    code: str
    address: str


class Badges(Paper):
    """Badges, several to a sheet."""

    template: ClassVar[str] = "badges"

    mission: str
    dates: str
    badges: list[Badge]


class AgendaRow(Part):
    """A meeting of somebody's day, or a break."""

    time: str
    table: str = ""
    name: str = ""
    place: str = ""
    people: list[str] = []
    interpreter: str = ""
    is_break: bool = False


class AgendaDay(Part):
    """A day of an agenda."""

    day: str
    rows: list[AgendaRow]


class Agenda(Paper):
    """One participant's meetings."""

    template: ClassVar[str] = "agenda"

    event: str
    place: str
    name: str
    version: str
    published_at: str
    timezone: str
    days: list[AgendaDay]


class PackGroup(Part):
    """Rows of a list under one title: a table's, an interpreter's."""

    title: str
    rows: list[list[str]]


class PackSheet(Part):
    """A list for an event's day."""

    title: str
    columns: list[str]
    groups: list[PackGroup]


class PackAgenda(Part):
    """One participant's days."""

    name: str
    days: list[AgendaDay]


class EventPack(Paper):
    """Lists of an event and everybody's agenda; one list alone has no agendas."""

    template: ClassVar[str] = "event_pack"

    title: str
    event: str
    place: str
    version: str
    published_at: str
    timezone: str
    sheets: list[PackSheet]
    agendas: list[PackAgenda]


class CatalogueEntry(Part):
    """A participant as it presents itself; `logo`: an SVG, or empty."""

    name: str
    place: str
    website: str
    description: str
    facts: list[LetterFact]
    logo: str = ""


class Catalogue(Paper):
    """Who takes part in an event."""

    template: ClassVar[str] = "catalogue"

    event: str
    place: str
    firms: list[CatalogueEntry]
    buyers: list[CatalogueEntry]
