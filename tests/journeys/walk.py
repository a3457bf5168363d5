"""Walking the pages of a portal as a role: every link followed, every kind of page seen."""

import http.cookiejar
import re
import urllib.error
import urllib.request
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import html5lib

STARTS = {
    "visitor": ["/", "/bandi", "/ricevute", "/accedi", "/registrati", "/recupera-password"],
    "owner": ["/area", "/area/impresa", "/area/deleghe", "/area/domande", "/area/messaggi", "/bandi"],
    "colleague": ["/area", "/area/domande"],
    "delegate": ["/area", "/area/domande"],
    "reviewer": ["/valutazione", "/interessi"],
    "manager": ["/ufficio", "/ufficio/bandi", "/ufficio/domande", "/ufficio/messaggi"],
    "events": ["/ufficio", "/ufficio/incontri", "/ufficio/missioni"],
    "auditor": ["/controllo"],
    "admin": ["/ufficio", "/ufficio/utenti", "/ufficio/registro", "/ufficio/messaggi"],
}
ALIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<=/)[A-Za-z0-9_-]{20,}(?=/|$)")
PAGES_ALIKE = 2
MOST = 250


@dataclass(frozen=True)
class Seen:
    """One answer to a GET."""

    path: str
    status: int
    kind: str
    text: str

    @property
    def is_page(self) -> bool:
        """Whether a browser would draw it."""
        return self.kind.startswith("text/html")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect where links lead."""
        if tag == "a" and (address := dict(attrs).get("href")):
            self.found.append(address)


@dataclass
class Browser:
    """Cookies and GETs; no JavaScript."""

    url: str
    language: str = "it"
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar)).open

    def ask(self, path: str, data: dict[str, str] | None = None) -> Seen:
        """GET, or POST `data`; redirects are followed."""
        body = urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.url + path, body, {"Accept-Language": self.language})
        try:
            answer = self._open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            landed = answer.geturl().removeprefix(self.url)
            kind = answer.headers.get("Content-Type", "")
            text = answer.read().decode(errors="replace") if kind.startswith("text/") else ""
            return Seen(landed, answer.status, kind, text)

    def sign_in(self, email: str, password: str) -> None:
        """By the page, as a person does."""
        page = self.ask("/accedi").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        landed = self.ask("/accedi", {"csrf_token": token[1], "email": email, "password": password})
        assert landed.path != "/accedi", landed.text

    def enter(self, account: dict[str, str]) -> None:
        """As whoever this account is: by a personal link that came by e-mail, or by the page."""
        if "link" not in account:
            self.sign_in(account["email"], account["password"])
            return
        page = self.ask(account["link"]).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        landed = self.ask(account["link"], {"csrf_token": token[1]})
        assert landed.path != account["link"], landed.text


def pattern(path: str) -> str:
    """The address with what differs among pages of one kind taken out; filters and orders don't count."""
    parts = urlsplit(path)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&")} - {""})
    return f"{ALIKE.sub('*', parts.path)}?{'&'.join(names)}"


def face(page: Seen) -> str:
    """What of a page is its own: the main part, without what differs at each asking. Two of one face look alike."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="csrf_token"[^>]*>', "", main) or page.text


def links(page: Seen) -> list[str]:
    """Local addresses that the page leads to, without fragments and without the change of language."""
    reader = _Links()
    reader.feed(page.text)
    found = []
    for address in reader.found:
        parts = urlsplit(urljoin(page.path, address))
        if not parts.scheme and not parts.netloc and "lang=" not in parts.query:
            found.append(parts._replace(fragment="").geturl())
    return found


def walk(browser: Browser, starts: list[str]) -> list[Seen]:
    """Every answer reached by links from `starts`, at most two of a kind."""
    waiting, met, alike, seen = deque(starts), set(starts), Counter[str](), list[Seen]()
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        kind = pattern(path)
        if alike[kind] >= PAGES_ALIKE:
            continue
        alike[kind] += 1
        page = browser.ask(path)
        seen.append(page)
        if page.is_page and page.status < 400:
            fresh = [link for link in links(page) if link not in met]
            met.update(fresh)
            waiting.extend(fresh)
    return seen


def faults(page: Seen) -> list[str]:
    """What is wrong with an answer: its status, or its HTML."""
    wrong = [f"{page.path}: {page.status}"] if page.status >= 400 else []
    if page.is_page:
        reader = html5lib.HTMLParser(namespaceHTMLElements=False)
        reader.parse(page.text)
        wrong += [f"{page.path}: {code} {data} at {place}" for place, code, data in reader.errors]
        ids = Counter(re.findall(r'\sid="([^"]+)"', page.text))
        wrong += [f"{page.path}: id {name!r} {times} times" for name, times in ids.items() if times > 1]
    return wrong
