"""Clients that freeze and hand in, retry as people do when the server is away, and note what was acknowledged."""

import contextlib
import http.client
import multiprocessing
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from multiprocessing.queues import SimpleQueue as MpSimpleQueue
from multiprocessing.sharedctypes import Synchronized
from queue import Empty, SimpleQueue
from random import Random

from benchmarks.rig.applicants import Applicant
from benchmarks.rig.browser import Browser, token

PROTOCOL = re.compile(rb"PE-\d{4}-\d{7}")
HASH = re.compile(rb'name="sha256"[^>]*value="([0-9a-f]{64})"')
SENT = "/ricevuta"
PATIENCE_S = 120.0
PAUSE_S = 0.3
MOST_DENIALS = 3
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
        work = Work(
            port=port,
            applicants=list(applicants),
            clients=clients,
            double=double,
            seed=seed,
            counter=self.counter,
            answers=self.answers,
        )
        self.process = context.Process(target=_work, args=(work,), daemon=True)

    @property
    def done(self) -> int:
        """How many were told so far."""
        return int(self.counter.value)

    def acknowledged(self) -> tuple[list[Acknowledged], list[str]]:
        """Those told, and what went wrong for good."""
        told, failed = self.answers.get()
        self.process.join()
        return told, failed


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the process of a crowd is given."""

    port: int
    applicants: list[Applicant]
    clients: int
    double: float
    seed: int
    counter: "Synchronized[int]"
    answers: "MpSimpleQueue[tuple[list[Acknowledged], list[str]]]"


def _work(work: Work) -> None:
    waiting: SimpleQueue[Applicant] = SimpleQueue()
    for one in work.applicants:
        waiting.put(one)
    told: list[Acknowledged] = []
    failed: list[str] = []
    chance = Random(work.seed)

    def client() -> None:
        while True:
            try:
                applicant = waiting.get_nowait()
            except Empty:
                return
            try:
                told.append(hand_in(work.port, applicant, is_double=chance.random() < work.double))
            except AssertionError as error:
                failed.append(f"{applicant.application_id}: {error}")
            with work.counter.get_lock():
                work.counter.value += 1

    threads = [threading.Thread(target=client) for _ in range(work.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work.answers.put((told, failed))


def hand_in(port: int, applicant: Applicant, *, is_double: bool) -> Acknowledged:
    """Freeze, look, hand in, read the receipt; each step again until the server is back. AssertionError: given up."""
    browser = Browser(port, applicant.cookie)
    address = f"/area/domande/{applicant.application_id}"
    limit, words = time.monotonic() + PATIENCE_S, "nothing was answered"
    begun = None
    while time.monotonic() < limit:
        try:
            status, page = browser.get(f"{address}/invio")
            if b'name="sha256"' not in page and status != HTTPStatus.SEE_OTHER:
                words = f"GET invio: {status}"
            if status == HTTPStatus.SEE_OTHER:
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
                is_told = status == HTTPStatus.SEE_OTHER and location.endswith(SENT)
            else:
                is_told = False
            if is_told or browser.get(f"{address}{SENT}")[0] == HTTPStatus.OK:
                seconds = time.monotonic() - (begun or limit)
                return Acknowledged(applicant.application_id, _receipt(browser, address, limit), seconds)
        except AWAY as error:
            words = repr(error)
        time.sleep(PAUSE_S)
    raise AssertionError(words)


def _receipt(browser: Browser, address: str, limit: float) -> str:
    """The protocol on the receipt; empty where a server that works no longer knows of it."""
    denials = 0
    while time.monotonic() < limit and denials < MOST_DENIALS:
        with contextlib.suppress(*AWAY):
            status, page = browser.get(f"{address}{SENT}")
            if found := PROTOCOL.search(page):
                return found.group().decode()
            denials += status < HTTPStatus.INTERNAL_SERVER_ERROR
        time.sleep(PAUSE_S)
    return ""


def _click_again(port: int, cookie: str, path: str, fields: dict[str, str]) -> None:
    """The impatient second click, on a connection of its own, at the same moment."""

    def click() -> None:
        with contextlib.suppress(*AWAY):
            Browser(port, cookie).post(path, fields)

    threading.Thread(target=click, daemon=True).start()
