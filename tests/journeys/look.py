"""Looking at pages in a real browser: axe, widths, the content policy."""

from collections.abc import Iterator
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.journeys.site import Site

WIDE, NARROW, NARROWEST = 1280, 360, 320
HEIGHT = 900


@dataclass(frozen=True)
class View:
    """How one looks: a width in CSS pixels and a language."""

    width: int
    language: str


def person(browser: Browser, site: Site, role: str, view: View) -> BrowserContext:
    """A browser of its own in which somebody of this role is signed in (nobody, for a visitor)."""
    context = browser.new_context(viewport={"width": view.width, "height": HEIGHT}, locale=view.language)
    if role != "visitor":
        account, page = site.account(role), context.new_page()
        door = account.get("link", "/accedi")
        page.goto(site.url + door)
        if "link" not in account:
            page.fill("input[name=email]", account["email"])
            page.fill("input[name=password]", account["password"])
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: not url.endswith(door))
        page.close()
    return context


def faults(context: BrowserContext, url: str, view: View, *, by_keyboard: bool = False) -> Iterator[str]:
    """Go there and say what is wrong: axe, sideways scroll, refused by the content policy, broken script.

    `by_keyboard`: also what the Tab key never reaches.
    """
    page = context.new_page()
    try:
        yield from _faults(page, url, view)
        if by_keyboard:
            yield from (f"{page.url}: Tab never reaches {html}" for html in unreached(page))
    finally:
        page.close()


def _faults(page: Page, url: str, view: View) -> Iterator[str]:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text[:300])

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)[:300]))
    page.goto(url)
    where = f"{page.url} at {view.width} in {view.language}"
    yield from (f"{where}: {text}" for text in said)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > view.width:
        yield f"{where}: scrolls sideways, {wide} px"
    for rule in Axe().run(page).response["violations"]:
        yield f"{where}: axe {rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}"


STOPS = """
() => {
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert]");
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const stops = all.filter((node) => shown(node) && !node.disabled && node.type !== "hidden" && node.tabIndex >= 0);
  const groups = new Set();
  return stops.filter((node) => {
    if (node.type !== "radio") return true;
    const group = `${node.form?.id}/${node.name}`;
    return groups.has(group) ? false : groups.add(group);
  }).map((node) => { node.dataset.stop = "1"; return node; }).length;
}
"""
HERE = """
() => {
  const node = document.activeElement;
  const group = node.type === "radio" ? document.getElementsByName(node.name) : [node];
  for (const one of group) if (one.dataset.stop) { delete one.dataset.stop; return true; }
  return node !== document.body && node !== document.documentElement;
}
"""
LEFT = "() => [...document.querySelectorAll('[data-stop]')].map((node) => node.outerHTML.slice(0, 160))"


def unreached(page: Page) -> list[str]:
    """What the Tab key never comes to, walking the page once from its top."""
    stops = page.evaluate(STOPS)
    page.evaluate("() => document.activeElement?.blur?.()")
    page.evaluate("() => window.getSelection().removeAllRanges()")
    for _ in range(stops + 5):
        page.keyboard.press("Tab")
        page.evaluate(HERE)
    left: list[str] = page.evaluate(LEFT)
    return left
