"""G16: every page of every role, in both languages, wide and narrow, is sound.

Valid HTML, nothing for axe to find, no sideways scroll, nothing refused by the content policy, all reached by Tab.
Pages are found by following links from each role's first pages, at most two of a kind, in a portal whose demonstration
has come to business meetings and a mission; firms are looked for in every state that applications have come to, at the
meetings and on the mission, since the demonstration's own has just begun; buyers come by their links, one that holds
and one that doesn't; a page whose main part is the same for two roles is looked at once. Not shown here:
what people with assistive technologies meet; other browsers; pages that only a wrong input brings (each slice's tests).
"""

import json
import os
import shutil
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from benchmarks.rig import record
from benchmarks.rig.installation import Installation
from portal.config import get_settings
from portal.matching.models import Counterpart, Meeting, Participant
from portal.matching.rules.states import MeetingState
from portal.matching.service import links
from tests.journeys import look, walk
from tests.journeys.site import Site

COMPANIES = record.wish("PAGES_COMPANIES", 20)
STATES = ("accepted", "awarded", "waived", "below_threshold", "not_admitted")
BEGINS = {"meets": ["/area/incontri"], "travels": ["/area/missioni"]}
MEETS = """SELECT a.submitted_by FROM applications a
    JOIN matching_participants p USING (company_id) JOIN matching_meetings m ON m.firm_id = p.id
    WHERE m.state = 'scheduled' AND a.submitted_by IS NOT NULL ORDER BY a.arrival LIMIT 1"""
TRAVELS = """SELECT a.submitted_by FROM applications a JOIN travellers t ON t.application_id = a.id
    WHERE t.state = 'confirmed' ORDER BY a.arrival LIMIT 1"""
VIEWS = [look.View(width, language) for language in ("it", "en") for width in (look.WIDE, look.NARROW)]


def measure() -> dict[str, Any]:
    """Walk without a browser, then look at every kind of page in one."""
    with Installation("web") as rig:
        rig.portale("demo", "fill", "--stage", "mission", "--companies", str(COMPANIES))
        rig.start()
        accounts = json.loads((rig.home / "demo-accounts.json").read_text())
        starts = {**walk.STARTS, **firms(rig, accounts), **buyer(rig, accounts)}
        site = Site(f"http://127.0.0.1:{rig.port}", accounts, rig.environment, rig.home)
        met = {
            (role, view.language): walked(site, role, view.language, starts=starts[role])
            for role in starts
            for view in VIEWS[::2]
        }
        dead = {f"{path}: 410" for path in starts["visitor"]}
        faults = [one for seen in met.values() for page in seen for one in walk.faults(page) if one not in dead]
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
    """Let somebody of a firm in each state, at meetings and travelling come in with the owner's password.

    Returns where each begins.
    """
    owner = next(one for one in accounts if one["role"] == "owner")
    found = {}
    who = {
        state: rig.rows("SELECT submitted_by, id FROM applications WHERE status = %s ORDER BY arrival LIMIT 1", state)
        for state in STATES
    }
    for role, rows in (who | {"meets": rig.rows(MEETS), "travels": rig.rows(TRAVELS)}).items():
        for email, *ids in rows:
            rig.rows(
                "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = %s) WHERE email = %s",
                owner["email"],
                email,
            )
            accounts.append({**owner, "role": role, "email": email})
            found[role] = BEGINS.get(role, [f"/area/domande/{ids[0] if ids else ''}", "/area/aiuti"])
    return found


def buyer(rig: Installation, accounts: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Let a buyer with meetings come in by the link; visitors find one withdrawn, one over, one replaced."""
    os.environ |= rig.environment
    get_settings.cache_clear()
    meets = select(Participant.counterpart_id).join(Meeting, Meeting.buyer_id == Participant.id)
    meets = meets.where(Meeting.state == MeetingState.SCHEDULED)
    with Session(create_engine(get_settings().sqlalchemy_url)) as session:
        rows = select(Counterpart).order_by(Counterpart.id.in_(meets).desc(), Counterpart.id).limit(4)
        own, withdrawn, over, replaced = session.scalars(rows)
        link, *dead = (f"/buyer/{links.make(one)}" for one in (own, withdrawn, over, replaced))
        withdrawn.revoked_at = over.link_expires_at = datetime.now(UTC)
        replaced.link_epoch += 1
        session.commit()
    accounts.append({"role": "buyer", "link": link})
    return {"buyer": ["/buyer/home"], "visitor": [*walk.STARTS["visitor"], *dead]}


def walked(site: Site, role: str, language: str, *, starts: list[str]) -> list[walk.Seen]:
    """What a role meets in a language."""
    browser = walk.Browser(site.url, language)
    if role != "visitor":
        browser.enter(site.account(role))
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
