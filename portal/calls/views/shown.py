"""A call as pages show it: its phase by the database's clock, the time left in words, its texts as safe markup."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from uuid import UUID

import nh3
from flask_babel import gettext as _, ngettext
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.calls import queries
from portal.calls.models import Call
from portal.calls.queries import Seen
from portal.calls.rules.clock import Phase, phase
from portal.calls.rules.content import CallContent
from portal.web.filters import rome
from portal.web.language import current

_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "blockquote", "code", "br", "hr"} | {
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_KEPT = 512
_READER = MarkdownIt("commonmark", {"html": False}).enable("table")
_fragments: "OrderedDict[tuple[str, UUID, str], Markup]" = OrderedDict()
_lock = Lock()
_TONES = {Phase.OPEN: "success", Phase.COMING: "info", Phase.CLOSED: "neutral"}
_TWO_DAYS, _TWO_HOURS = timedelta(days=2), timedelta(hours=2)


@dataclass(frozen=True)
class Shown:
    """A call, its content, and the instant at which it is looked at."""

    call: Call
    content: CallContent
    now: datetime

    @property
    def phase(self) -> Phase:
        """Coming, open or closed, whatever has been announced."""
        return phase(self.call.opens_at, self.call.closes_at, now=self.now)

    @property
    def word(self) -> str:
        """The phase in one word."""
        words = {Phase.OPEN: _("Aperto"), Phase.COMING: _("In arrivo"), Phase.CLOSED: _("Chiuso")}
        return str(words[self.phase])

    @property
    def tone(self) -> str:
        """The phase's colour."""
        return _TONES[self.phase]

    @property
    def countdown(self) -> str:
        """`Chiude tra 12 giorni`, `Apre tra 3 ore`, `Chiuso il 21 novembre 2025 alle 16:00`."""
        if self.phase is Phase.CLOSED:
            return str(_("Chiuso il %(at)s", at=rome(self.call.closes_at)))
        if self.phase is Phase.COMING:
            return str(_("Apre tra %(time)s", time=_left(self.call.opens_at - self.now)))
        return str(_("Chiude tra %(time)s", time=_left(self.call.closes_at - self.now)))


def _left(time: timedelta) -> str:
    if time >= _TWO_DAYS:
        return str(ngettext("%(num)s giorno", "%(num)s giorni", time.days))
    if time >= _TWO_HOURS:
        return str(ngettext("%(num)s ora", "%(num)s ore", int(time.total_seconds() // 3600)))
    return str(ngettext("%(num)s minuto", "%(num)s minuti", max(1, int(time.total_seconds() // 60))))


def show(session: Session, seen: Seen) -> Shown:
    """One call with its content."""
    return show_all(session, [seen])[0]


def show_all(session: Session, seen: Iterable[Seen]) -> list[Shown]:
    """Calls with their contents, at most one statement for all."""
    rows = [one for one in seen if one.call.version_id]
    contents = queries.contents(session, (one.call.version_id for one in rows if one.call.version_id))
    return [Shown(one.call, contents[one.call.version_id], one.now) for one in rows if one.call.version_id]


@lru_cache(maxsize=1024)
def markdown(text: str) -> Markup:
    """Markdown as clean HTML: no raw HTML, no pictures, links that lead where they say."""
    dirty = _READER.render(text)
    return Markup(nh3.clean(dirty, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}))  # noqa: S704 - cleaned


def fragment(name: str, version_id: UUID, build: Callable[[], str]) -> Markup:
    """A part of a page that depends on one version and the language alone: built once a process."""
    key = (name, version_id, current())
    with _lock:
        if (made := _fragments.get(key)) is not None:
            _fragments.move_to_end(key)
            return made
    made = Markup(build())  # noqa: S704 - a rendered template
    with _lock:
        _fragments[key] = made
        while len(_fragments) > _KEPT:
            _fragments.popitem(last=False)
    return made
