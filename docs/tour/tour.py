"""Drive Chromium through the whole main job of a running demonstration, and keep a picture of every page.

Start from a fresh `make up`, then: .venv/bin/python docs/tour/tour.py [--pictures FOLDER] [--width 360]
A visitor checks a firm; a newcomer registers; a firm applies with real papers; staff check, admit and assign; reviewers
score; a manager closes the call, draws the ranking up and publishes it; anybody verifies it; the auditor looks on.
"""

import argparse
import json
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from portal.calls.rules.content import FieldType, FormField
from portal.calls.rules.yaml_io import shipped
from portal.config import get_settings
from portal.demo import answers, papers
from portal.demo.firms import Firm, firms
from portal.demo.people import lombard_places

CODE = "EXPORT-SU-MISURA-2025"
CONTENT = shipped(CODE)
CALL = f"/bandi/{CONTENT.slug}"
REASON = "Progetto coerente, con dati e risorse indicate; restano da stimare le certificazioni del mercato."
CHECKED = "Verificato d'ufficio sui documenti allegati e sul registro imprese."


class Tour:
    """One visitor after another, in one browser."""

    def __init__(self, browser: Browser, *, base: str, home: Path, pictures: Path, width: int) -> None:
        self.browser, self.base, self.pictures, self.width = browser, base, pictures, width
        self.sign_ins = json.loads((home / "demo-accounts.json").read_text())
        self.random = Random(5217)
        self.count = 0

    def visitor(self) -> Page:
        """A new browser without cookies."""
        context: BrowserContext = self.browser.new_context(
            viewport={"width": self.width, "height": 900}, locale="it-IT", base_url=self.base, accept_downloads=True
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def sign_in(self, role: str, number: int = 0) -> Page:
        """Somebody of that role, signed in."""
        person = [one for one in self.sign_ins if one["role"] == role][number]
        page = self.visitor()
        page.goto("/accedi")
        page.fill("[name=email]", person["email"])
        page.fill("[name=password]", person["password"])
        page.locator("main button[type=submit]").first.click()
        assert "/accedi" not in page.url, f"{person['email']} could not sign in"
        return page

    def see(self, page: Page, name: str, path: str = "") -> None:
        """Go there, and keep a picture."""
        if path:
            answer = page.goto(path)
            assert answer is not None, f"{path}: no answer"
            assert answer.ok, f"{path}: {answer.status}"
        self.count += 1
        page.wait_for_load_state("networkidle")
        page.screenshot(path=self.pictures / f"{self.count:02d}-{name}.png", full_page=True)
        print(f"{self.count:02d} {name}: {page.url.removeprefix(self.base)} — {page.title()}")


def choose(page: Page, name: str, typed: str) -> None:
    """Search by typing, take the first answer."""
    box = page.locator(f"#{name}")
    box.fill(typed)
    page.locator(f"#{name}-options [role=option]").first.click()


def look_around(tour: Tour) -> None:
    """What anybody sees."""
    page = tour.visitor()
    tour.see(page, "home", "/")
    tour.see(page, "calls", "/bandi")
    tour.see(page, "call", CALL)
    tour.see(page, "precheck", f"{CALL}/verifica")
    page.fill("[name=vat]", "00743110157")
    choose(page, "ateco_primary", "13.20.00")
    page.select_option("[name=province]", "BG")
    for name, value in {
        "rea": "BG-412345",
        "awu": "24",
        "turnover": "3.900.000",
        "balance": "2.750.000",
        "aid_own": "38.000",
    }.items():
        page.fill(f"[name={name}]", value)
    page.locator("main form button[type=submit]").last.click()
    tour.see(page, "precheck-answer")


def register(tour: Tour) -> None:
    """A newcomer opens an account, finds the message in the demonstration's mailbox, confirms, adds the firm."""
    page, word = tour.visitor(), secrets.token_urlsafe(12)
    email = f"nuova.{secrets.token_hex(3)}@impresa-nuova.example"
    tour.see(page, "register", "/registrati")
    page.fill("[name=full_name]", "Chiara Valsecchi")
    page.fill("[name=email]", email)
    page.fill("[name=password]", word)
    page.locator("main button[type=submit]").first.click()
    tour.see(page, "look-in-the-mail")
    link = message_link(page, email, "/conferma/")
    tour.see(page, "mailbox", "/posta")
    page.goto(link)
    tour.see(page, "confirm")
    if page.locator("main [name=password]").count():
        page.fill("main [name=password]", word)
    page.locator("main button[type=submit]").first.click()
    if "/accedi" in page.url:
        page.fill("[name=email]", email)
        page.fill("[name=password]", word)
        page.locator("main button[type=submit]").first.click()
    tour.see(page, "newcomer", "/area")
    tour.see(page, "new-firm", "/area/impresa/nuova")


def message_link(page: Page, email: str, path: str) -> str:
    """The link of that kind in the message to `email`, once it has come."""
    for _ in range(60):
        for row in page.request.get("/posta").text().split("<a ")[1:]:
            href = re.search(r'href="(/posta/[^"]+)"', row)
            if href:
                text = page.request.get(href[1]).text()
                found = re.search(rf'https?://[^\s"<]+({re.escape(path)}[\w.\-]+)', text)
                if found and email in text:
                    return found[1]
        time.sleep(1)
    msg = f"no message to {email}"
    raise AssertionError(msg)


def apply(tour: Tour) -> None:
    """The firm fills the application in, freezes it, submits it; anybody verifies the receipt."""
    firm = next(one for one in firms(100, places=lombard_places(), seed=1) if one.ateco.startswith("13"))
    page = tour.sign_in("owner")
    tour.see(page, "area", "/area")
    tour.see(page, "company", "/area/impresa")
    tour.see(page, "people", "/area/deleghe")
    page.goto(f"{CALL}/domanda")
    tour.see(page, "begin")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/area/domande/[0-9a-f-]{36}"))
    own = re.sub(r"(/area/domande/[0-9a-f-]{36}).*", r"\1", page.url)
    tour.see(page, "application", own)
    for section in CONTENT.form.sections:
        page.goto(f"{own}/sezioni/{section.key}")
        for field in section.fields:
            answer(page, field, firm, tour.random)
        tour.see(page, f"section-{section.key}")
        page.locator("button[name=go][value=next]").last.click()
    attach(tour, page, own, firm)
    page.goto(f"{own}/dichiarazioni")
    for one in CONTENT.declarations:
        if one.required:
            page.check(f"[name=d_{one.key}]")
    tour.see(page, "declarations")
    page.locator("button[name=go][value=next]").last.click()
    tour.see(page, "summary", f"{own}/riepilogo")
    page.get_by_role("button", name="Congela la domanda").click()
    tour.see(page, "submit", f"{own}/invio")
    page.get_by_role("button", name="Invia la domanda").click()
    page.wait_for_url(re.compile(r"/ricevuta$"))
    tour.see(page, "receipt")
    (tour.pictures / "receipt.pdf").write_bytes(page.request.get(f"{own}/ricevuta.pdf").body())
    (tour.pictures / "application.pdf").write_bytes(page.request.get(f"{own}/anteprima.pdf").body())
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page.locator("main").inner_text())
    assert code, "no code on the receipt"
    tour.see(page, "after-submission", own)
    verify_receipt(tour, code[0])


def answer(page: Page, field: FormField, firm: Firm, random: Random) -> None:
    """Answer one question that is put and not answered yet, as the firm would."""
    value = answers.typed(field, firm, random=random, on=date.today())  # noqa: DTZ011 - as a person reckons
    if field.type is FieldType.TABLE:
        for column in field.columns:
            put(page.locator(f"[name='f_{field.key}-0-f_{column.key}']"), (value or [{}])[0].get(column.key))
        return
    put(page.locator(f"[name='f_{field.key}']"), value)


def put(inputs: Locator, value: object) -> None:
    """Type, tick or choose; what is there, hidden or not asked stays."""
    if not inputs.count() or not value:
        return
    first = inputs.first
    kind = first.get_attribute("type") or first.evaluate("one => one.tagName.toLowerCase()")
    if kind in {"radio", "checkbox"}:
        is_answered = any(inputs.nth(at).is_checked() for at in range(inputs.count()))
        for wanted in () if is_answered else value if isinstance(value, list) else [value]:
            one = inputs.locator(f"xpath=self::*[@value='{wanted}']")
            if one.is_visible():
                one.check()
    elif kind == "select":
        if not first.input_value() and first.is_visible():
            first.select_option(str(value))
    elif kind != "hidden" and first.is_visible() and not first.input_value():
        first.fill(str(value))


def attach(tour: Tour, page: Page, own: str, firm: Firm) -> None:
    """Upload what is asked for, signed where it must be."""
    page.goto(f"{own}/documenti")
    with tempfile.TemporaryDirectory() as folder:
        for asked in CONTENT.documents:
            place = page.locator(f"#doc-{asked.key} input[type=file]")
            if not asked.required or not place.count():
                continue
            paper = papers.pdf(asked.title.it, firm.legal_name)
            if asked.signed:
                paper = papers.signed(paper, person=firm.person, tax_code=firm.person_tax_code)
            path = Path(folder) / f"{asked.key}.pdf{'.p7m' if asked.signed else ''}"
            path.write_bytes(paper)
            place.set_input_files(path)
            page.wait_for_selector(f"#doc-{asked.key} .paper__file")
    tour.see(page, "documents", f"{own}/documenti")


def verify_receipt(tour: Tour, code: str) -> None:
    """Anybody, with the code."""
    page = tour.visitor()
    tour.see(page, "verify", "/ricevute")
    tour.see(page, "verified", f"/ricevute/{code}")


def check(tour: Tour) -> None:
    """The office reads the report and admits; reviewers are assigned."""
    page = tour.sign_in("manager")
    tour.see(page, "office", "/ufficio")
    tour.see(page, "office-calls", "/ufficio/bandi")
    tour.see(page, "office-call", f"/ufficio{CALL}")
    tour.see(page, "office-applications", "/ufficio/domande")
    page.locator("main table a[href*='/ufficio/domande/']").first.click()
    case = page.url
    for _ in range(60):
        if page.locator("main a[href$='/ammetti']").count():
            break
        time.sleep(1)
        page.goto(case)
    tour.see(page, "case")
    page.locator("main a[href$='/ammetti']").click()
    page.fill("main [name=reason]", CHECKED)
    tour.see(page, "admit")
    page.locator("main form button[type=submit]").last.click()
    tour.see(page, "case-admitted", case)
    tour.see(page, "board", f"/ufficio{CALL}/valutazione")
    page.get_by_role("button", name=re.compile("Distribuisci|Assegna")).first.click()
    tour.see(page, "board-assigned", f"/ufficio{CALL}/valutazione")


def evaluate(tour: Tour) -> None:
    """Each reviewer answers for conflicts, then scores what is theirs."""
    for number in range(3):
        page = tour.sign_in("reviewer", number)
        tour.see(page, f"reviewer-{number + 1}", "/valutazione")
        works = {one.get_attribute("href") for one in page.locator("main a[href^='/valutazione/']").all()}
        for work in sorted(filter(None, works)):
            page.goto(work)
            if page.locator("[name=answer]").count():
                tour.see(page, "conflict")
                page.locator("[name=answer]").first.check()
                page.locator("main form button[type=submit]").last.click()
                page.goto(work)
            for one in CONTENT.criteria:
                if one.mode == "reviewed":
                    page.fill(f"[name=points_{one.key}]", str(int(one.max) * 7 // 10))
                    page.fill(f"[name=reason_{one.key}]", REASON)
            tour.see(page, "score-sheet")
            page.get_by_role("button", name=re.compile("Consegna")).first.click()
            tour.see(page, "score-sheet-in", work)


def close_and_rank(tour: Tour) -> None:
    """A manager closes the call by a corrigendum and draws the ranking up; a second approves it; it is published."""
    page = tour.sign_in("manager")
    page.goto(f"/ufficio{CALL}/modifica")
    box = page.locator("textarea[name=yaml]")
    closes = time.strftime("%Y-%m-%dT%H:%M:%S+01:00", time.gmtime(time.time() + 3600 + 60))
    box.fill(re.sub(r"closes_at: *\S+", f"closes_at: {closes}", box.input_value()))
    page.fill("[name=reason]", "Chiusura anticipata: dimostrazione.")
    tour.see(page, "corrigendum")
    page.locator("button[name=go][value=check]").click()
    tour.see(page, "corrigendum-preview")
    page.locator("button[name=go][value=confirm]").click()
    time.sleep(60)
    tour.see(page, "board-done", f"/ufficio{CALL}/valutazione")
    tour.see(page, "rankings", f"/ufficio{CALL}/graduatorie")
    page.get_by_role("button", name="Redigi la graduatoria").click()
    tour.see(page, "ranking-drawn")
    version = page.url
    second = tour.sign_in("manager", 1)
    tour.see(second, "ranking-second-pair-of-eyes", version)
    second.get_by_role("button", name=re.compile("^Approva")).first.click()
    tour.see(second, "ranking-approved")
    page.goto(version)
    page.get_by_role("button", name=re.compile("^Pubblica")).first.click()
    tour.see(page, "ranking-published")


def read_ranking(tour: Tour) -> None:
    """Anybody reads it, downloads it and recomputes it."""
    page = tour.visitor()
    tour.see(page, "ranking", f"{CALL}/graduatoria")
    link = page.locator("main a[href$='.json']").first.get_attribute("href")
    file = tour.pictures / "ranking.json"
    file.write_bytes(page.request.get(str(link)).body())
    subprocess.run([Path(sys.executable).parent / "portale", "ranking", "verify", file], check=True)
    firm = tour.sign_in("owner")
    firm.goto("/area/domande")
    firm.locator("main a[href*='/area/domande/']").first.click()
    tour.see(firm, "why-i-am-where-i-am")
    tour.see(firm, "messages", "/area/messaggi")


def audit(tour: Tour) -> None:
    """The auditor and the administrator."""
    page = tour.sign_in("auditor")
    tour.see(page, "control", "/controllo")
    page = tour.sign_in("admin")
    tour.see(page, "users", "/ufficio/utenti")
    tour.see(page, "delivery-log", "/ufficio/messaggi")
    tour.see(page, "register-of-acts", "/ufficio/registro")


def main() -> None:
    """Walk the whole way."""
    settings = get_settings()
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--base", default=settings.public_url)
    words.add_argument("--pictures", type=Path, default=settings.home / "tour")
    words.add_argument("--width", type=int, default=1280)
    words.add_argument("--start", default="look_around", help="the step to begin with, where those before are done")
    given = words.parse_args()
    given.pictures.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tour = Tour(browser, base=given.base, home=settings.home, pictures=given.pictures, width=given.width)
        steps = (look_around, register, apply, check, evaluate, close_and_rank, read_ranking, audit)
        names = [step.__name__ for step in steps]
        for step in steps[names.index(given.start) :]:
            step(tour)
        browser.close()
    print(f"{tour.count} pictures in {given.pictures}")


if __name__ == "__main__":
    main()
