import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from portal.launcher import memory
from portal.launcher.processes import Mark, Service, mark, stop, wait_for_end
from portal.launcher.supervisor import Supervisor, running, sweep

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


def service(home: Path, command: list[str], name: str = "sleeper") -> Service:
    return Service(
        name=name, command=command, environment=dict(os.environ), log=home / "log" / f"{name}.log", directory=home
    )


def test_a_number_that_came_round_again_is_left_alone() -> None:
    with subprocess.Popen(SLEEP) as somebody:
        stranger = Mark(somebody.pid, "another boot/1")
        assert stranger.is_alive is False
        stop(stranger, signal.SIGKILL, 1)
        assert somebody.poll() is None
        somebody.kill()


def test_a_zombie_counts_as_gone() -> None:
    process = subprocess.Popen(SLEEP)
    known = mark(process.pid)
    assert known.is_alive is True
    process.kill()
    assert wait_for_end(known, 5) is True
    process.wait()


def test_a_service_holds_none_of_our_files(home: Path) -> None:
    child = service(home, SLEEP).start()
    fds = {fd: Path(f"/proc/{child.pid}/fd/{fd}").readlink() for fd in ("0", "1", "2")}
    assert fds == {"0": Path("/dev/null"), "1": home / "log" / "sleeper.log", "2": home / "log" / "sleeper.log"}
    assert os.getsid(child.pid) == child.pid
    child.kill()
    child.wait()


def test_whoever_does_not_listen_is_ended_by_force(home: Path) -> None:
    child = service(home, STUBBORN).start()
    while "deaf" not in (home / "log" / "sleeper.log").read_text():
        time.sleep(0.02)
    stop(mark(child.pid), signal.SIGTERM, 0.3)
    assert child.wait(5) == -signal.SIGKILL


def test_the_supervisor_starts_again_what_was_killed_and_stops_all(home: Path) -> None:
    boss = Supervisor()
    boss.start(service(home, SLEEP, "one"))
    boss.start(service(home, SLEEP, "two"))
    first = boss.children["one"].mark
    os.kill(first.pid, signal.SIGKILL)
    assert boss.watch(until=lambda: boss.children["one"].mark != first, patience=20) is True
    written = running()
    assert written is not None
    assert written.services == {name: child.mark for name, child in boss.children.items()}
    assert set(written.alive) == {"one", "two"}
    boss.stop()
    assert written.alive == {}
    assert running() is None


def test_what_a_dead_supervisor_left_is_swept(home: Path) -> None:
    boss = Supervisor()
    boss.start(service(home, SLEEP))
    left = running()
    assert left is not None
    child = boss.children["sleeper"].process
    sweep(left)
    assert child.wait(5) == -signal.SIGTERM
    assert running() is None


def test_a_service_that_goes_on_dying_is_hopeless(home: Path) -> None:
    boss = Supervisor()
    boss.start(service(home, [sys.executable, "-c", "raise SystemExit(3)"]))
    assert boss.watch(until=lambda: boss.gave_up("sleeper"), patience=20) is True
    assert boss.children["sleeper"].deaths == 3
    boss.stop()


def test_a_spoilt_list_of_pids_is_no_list(home: Path) -> None:
    memory.write(home / "run" / "processes.json", '{"launcher": {"pid": 1')
    assert running() is None
