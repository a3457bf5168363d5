"""Load from a process of its own: a few connections kept open, plain sockets, so that the client costs little."""

import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


class Wire:
    """One connection that speaks as much HTTP as is needed here."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body."""
        self.socket.sendall(request)
        head, _, body = self._until(b"\r\n\r\n")
        low = head.lower()
        length = int(low.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        while len(body) < length:
            body += self.socket.recv(1 << 18)
        if b"connection: close" in low:
            self.socket.close()
            self.__init__(self.port)  # type: ignore[misc]
        return int(head[9:12]), head, body

    def _until(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        got = b""
        while mark not in got:
            part = self.socket.recv(1 << 18)
            if not part:
                msg = "the server hung up"
                raise ConnectionError(msg)
            got += part
        return got.partition(mark)


def request(method: str, path: str, *, cookie: str = "", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Referer: http://127.0.0.1/"]
    lines += [f"Cookie: session={cookie}"] if cookie else []
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass(frozen=True)
class Outcome:
    """What a burst of load came to."""

    done: int
    seconds: float
    latencies: list[float]
    faults: list[str]

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.done / self.seconds

    def quantile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)


def burst(unit: Callable[[Wire, Any], None], port: int, jobs: Sequence[Any], clients: int) -> Outcome:
    """Do `unit` once for each job, `clients` at a time, in a process of its own; `unit` raises AssertionError."""
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=_burst, args=(unit, port, jobs, clients, answers), daemon=True)
    process.start()
    outcome: Outcome = answers.get()
    process.join()
    return outcome


def _burst(unit: Callable[[Wire, Any], None], port: int, jobs: Sequence[Any], clients: int, answers: Any) -> None:  # noqa: ANN401, PLR0917
    waiting, lock = iter(jobs), threading.Lock()
    latencies: list[float] = []
    faults: list[str] = []

    def client() -> None:
        wire = Wire(port)
        while True:
            with lock:
                job = next(waiting, None)
            if job is None:
                return
            begun = time.perf_counter()
            try:
                unit(wire, job)
                latencies.append(time.perf_counter() - begun)
            except (AssertionError, OSError, ValueError) as error:
                faults.append(repr(error)[:300])
                wire = Wire(port)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(Outcome(len(latencies), time.perf_counter() - begun, latencies, faults[:5]))


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its children so far."""
    family = [pid, *(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    ticks = 0
    for one in family:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def memory_mb(pid: int) -> float:
    """Proportional memory (PSS) of a process and its children, in megabytes."""
    family = [pid, *(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    total = 0
    for one in family:
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(rollup.partition("Pss:")[2].split()[0])
    return round(total / 1024, 1)
