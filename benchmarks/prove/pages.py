"""G16: every page of every role, in both languages, wide and narrow, is sound.

Valid HTML, nothing for axe to find, no sideways scroll, nothing refused by the content policy, all reached by Tab.
Pages are found by following links from each role's first pages, at most two of a kind, in a portal whose demonstration
has come to awards; firms are looked for in every state that applications have come to, since the demonstration's own
has just begun; a page whose main part is the same for two roles is looked at once. Not shown here:
what people with assistive technologies meet; other browsers; pages that only a wrong input brings (each slice's tests).
"""

import json
import shutil
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.rig import record
from benchmarks.rig.installation import Installation
from tests.journeys import look, walk
from tests.journeys.site import Site

COMPANIES = record.wish("PAGES_COMPANIES", 20)
OWNED = ("accepted", "awarded", "waived", "below_threshold", "not_admitted")
VIEWS = [look.View(width, language) for language in ("it", "en") for width in (look.WIDE, look.NARROW)]


def measure() -> dict[str, Any]:
    """Walk without a browser, then look at every kind of page in one."""
    with Installation("web") as rig:
        rig.portale("demo", "fill", "--stage", "awarded", "--companies", str(COMPANIES))
        rig.start()
        accounts = json.loads((rig.home / "demo-accounts.json").read_text())
        starts = {**walk.STARTS, **firms(rig, accounts)}
        site = Site(f"http://127.0.0.1:{rig.port}", accounts, rig.environment, rig.home)
        met = {
            (role, view.language): walked(site, role, view.language, starts=starts[role])
            for role in starts
            for view in VIEWS[::2]
        }
        faults = [fault for seen in met.values() for page in seen for fault in walk.faults(page)]
        looked, faces = 0, set[str]()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for (role, language), seen in met.items():
                kinds = {walk.pattern(page.path): page for page in seen if page.is_page}
                fresh = {walk.face(page): page.path for page in kinds.values() if walk.face(page) not in faces}
                faces |= set(fresh)
                for view in VIEWS:
                    if view.language == language:
                        faults += looked_at(browser, site, role, view, paths=list(fresh.values()))
                        looked += len(fresh)
    return {
        "goal": "0 faults",
        "holds": not faults and looked > 0,
        "answers": sum(len(seen) for seen in met.values()),
        "pages_looked_at": looked,
        "kinds": len({walk.pattern(page.path) for seen in met.values() for page in seen}),
        "faults": faults,
    }


def firms(rig: Installation, accounts: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Let somebody of a firm in each state sign in with the owner's password; where each begins."""
    owner = next(one for one in accounts if one["role"] == "owner")
    found: dict[str, list[str]] = {}
    for state in OWNED:
        rows = rig.rows("SELECT submitted_by, id FROM applications WHERE status = %s ORDER BY arrival LIMIT 1", state)
        for email, application_id in rows:
            rig.rows(
                "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = %s) WHERE email = %s",
                owner["email"],
                email,
            )
            accounts.append({**owner, "role": state, "email": email})
            found[state] = [f"/area/domande/{application_id}", "/area/aiuti"]
    return found


def walked(site: Site, role: str, language: str, *, starts: list[str]) -> list[walk.Seen]:
    """What a role meets in a language."""
    browser = walk.Browser(site.url, language)
    if role != "visitor":
        account = site.account(role)
        browser.sign_in(account["email"], account["password"])
    return walk.walk(browser, starts)


def looked_at(browser: Browser, site: Site, role: str, view: look.View, *, paths: list[str]) -> list[str]:
    """What is wrong with these pages, seen so."""
    with look.person(browser, site, role, view) as context:
        by_keyboard = view == VIEWS[0]
        return [
            fault for path in paths for fault in look.faults(context, site.url + path, view, by_keyboard=by_keyboard)
        ]


if __name__ == "__main__":
    record.main("prove", "pages", measure)
