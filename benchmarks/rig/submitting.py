"""Clients that freeze and hand in, retry as people do when the server is away, and note what was acknowledged."""

import http.client
import multiprocessing
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

from benchmarks.rig.applicants import Applicant
from benchmarks.rig.browser import Browser, token

PROTOCOL = re.compile(rb"PE-\d{4}-\d{7}")
HASH = re.compile(rb'name="sha256"[^>]*value="([0-9a-f]{64})"')
SENT, SEE_OTHER = "/ricevuta", 303
PATIENCE_S = 120.0
PAUSE_S = 0.3
AWAY = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Acknowledged:
    """What a firm was told."""

    application_id: str
    protocol: str
    seconds: float


class Crowd:
    """`clients` at once in a process of their own; `done` counts those told, `acknowledged()` lists them at the end."""

    def __init__(self, port: int, applicants: Iterable[Applicant], *, clients: int, double: float, seed: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.counter = context.Value("i", 0)
        self.answers = context.SimpleQueue()
        work = (port, list(applicants), clients, double, seed, self.counter, self.answers)
        self.process = context.Process(target=_work, args=work, daemon=True)

    @property
    def done(self) -> int:
        """How many were told so far."""
        return int(self.counter.value)

    def acknowledged(self) -> tuple[list[Acknowledged], list[str]]:
        """Those told, and what went wrong for good."""
        told, failed = self.answers.get()
        self.process.join()
        return told, failed


def _work(
    port: int, applicants: list[Applicant], clients: int, double: float, seed: int, counter: Any, answers: Any
) -> None:
    waiting: SimpleQueue[Applicant] = SimpleQueue()
    for one in applicants:
        waiting.put(one)
    told: list[Acknowledged] = []
    failed: list[str] = []
    chance = Random(seed)

    def client() -> None:
        while True:
            try:
                applicant = waiting.get_nowait()
            except Empty:
                return
            try:
                told.append(hand_in(port, applicant, is_double=chance.random() < double))
            except AssertionError as error:
                failed.append(f"{applicant.application_id}: {error}")
            with counter.get_lock():
                counter.value += 1

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((told, failed))


def hand_in(port: int, applicant: Applicant, *, is_double: bool) -> Acknowledged:
    """Freeze, look, hand in, read the receipt; each step again until the server is back. AssertionError: given up."""
    browser = Browser(port, applicant.cookie)
    address = f"/area/domande/{applicant.application_id}"
    limit, words = time.monotonic() + PATIENCE_S, "nothing was answered"
    begun = None
    while time.monotonic() < limit:
        try:
            status, page = browser.get(f"{address}/invio")
            if b'name="sha256"' not in page and status != SEE_OTHER:
                words = f"GET invio: {status}"
            if status == SEE_OTHER:
                status, page = browser.get(f"{address}/riepilogo")
                browser.post(f"{address}/congela", {"csrf_token": token(page)})
                status, page = browser.get(f"{address}/invio")
            hash_ = HASH.search(page)
            if hash_:
                begun = begun or time.monotonic()
                fields = {"csrf_token": token(page), "sha256": hash_.group(1).decode()}
                if is_double:
                    _click_again(port, browser.cookie, f"{address}/invio", fields)
                status, location = browser.post(f"{address}/invio", fields)
                words = f"POST invio: {status} {location}"
                is_told = status == SEE_OTHER and location.endswith(SENT)
            else:
                is_told = False
            if is_told or browser.get(f"{address}{SENT}")[0] == 200:
                seconds = time.monotonic() - (begun or limit)
                return Acknowledged(applicant.application_id, _receipt(browser, address, limit), seconds)
        except AWAY as error:
            words = repr(error)
        time.sleep(PAUSE_S)
    raise AssertionError(words)


def _receipt(browser: Browser, address: str, limit: float) -> str:
    while time.monotonic() < limit:
        try:
            found = PROTOCOL.search(browser.get(f"{address}{SENT}")[1])
            if found:
                return found.group().decode()
        except AWAY:
            pass
        time.sleep(PAUSE_S)
    return ""


def _click_again(port: int, cookie: str, path: str, fields: dict[str, str]) -> None:
    """The impatient second click, on a connection of its own, at the same moment."""

    def click() -> None:
        try:
            Browser(port, cookie).post(path, fields)
        except AWAY:
            pass

    threading.Thread(target=click, daemon=True).start()
