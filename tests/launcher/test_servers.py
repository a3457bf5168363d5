"""The embedded servers as they are, in a cluster of each test's own."""

import os
import signal
import stat
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from portal.launcher import memory, postgres, valkey
from portal.launcher.processes import mark, wait_for_end
from portal.launcher.supervisor import Supervisor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the packages with servers are for Linux")


@pytest.fixture
def boss(home: Path):
    """A supervisor whose children end with the test."""
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def started(boss: Supervisor) -> None:
    boss.start(postgres.service())
    assert boss.watch(until=postgres.answers, patience=60) is True


def test_postgres_comes_back_after_a_kill_and_wants_its_password(boss: Supervisor, home: Path) -> None:
    started(boss)
    postgres.make_database()
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('è così')")
        facts = connection.execute(
            "SELECT datlocprovider, pg_encoding_to_char(encoding), current_setting('listen_addresses'),"
            " current_setting('password_encryption') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert facts == ("b", "UTF8", "127.0.0.1", "scram-sha-256")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url().replace(memory.read()["POSTGRES_PASSWORD"], "guess"))
    assert stat.S_IMODE(postgres.data().stat().st_mode) == 0o700

    killed = boss.children["postgres"].mark
    os.kill(killed.pid, signal.SIGKILL)
    assert (
        boss.watch(until=lambda: boss.children["postgres"].mark != killed and postgres.answers(), patience=60) is True
    )
    with psycopg.connect(postgres.url()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("è così",)]


def test_a_forgotten_password_is_set_anew_and_a_stale_pid_file_removed(boss: Supervisor, home: Path) -> None:
    postgres.prepare()
    memory.path().unlink()
    (postgres.data() / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data()}\n")
    if (who := postgres.user()) is not None:
        os.chown(postgres.data() / "postmaster.pid", who, -1)
    started(boss)
    with psycopg.connect(postgres.url().rpartition("/")[0] + "/postgres") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_half_made_cluster_is_thrown_away(home: Path) -> None:
    half = postgres.place() / "data.new"
    half.mkdir()
    (half / "rubbish").write_text("")
    postgres.prepare()
    assert (postgres.data() / "PG_VERSION").is_file()
    assert not half.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights up")
def test_what_the_servers_user_cannot_enter_is_left_closed(home: Path) -> None:
    home.chmod(0o700)
    place = postgres.place()
    assert place.parent == postgres.ROOMY
    assert (home / "postgres").resolve() == place
    assert postgres.can_reach(place, postgres.user()) is True
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_valkey_keeps_what_it_has_and_wants_its_password(boss: Supervisor, home: Path) -> None:
    boss.start(valkey.service())
    assert boss.watch(until=valkey.answers, patience=30) is True
    client = redis.Redis.from_url(valkey.url())
    assert client.config_get("appendonly", "maxmemory-policy", "bind") == {
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
        "bind": "127.0.0.1",
    }
    client.set("kept", "1")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://127.0.0.1:{memory.read()['VALKEY_PORT']}/0").ping()
    assert stat.S_IMODE((home / "valkey" / "valkey.conf").stat().st_mode) == 0o600
    command_line = Path(f"/proc/{boss.children['valkey'].mark.pid}/cmdline").read_text()
    assert memory.read()["VALKEY_PASSWORD"] not in command_line

    time.sleep(1.2)  # appendfsync everysec
    killed = boss.children["valkey"].mark
    os.kill(killed.pid, signal.SIGKILL)
    assert boss.watch(until=lambda: boss.children["valkey"].mark != killed and valkey.answers(), patience=30) is True
    assert redis.Redis.from_url(valkey.url()).get("kept") == b"1"
    known = mark(boss.children["valkey"].mark.pid)
    boss.stop()
    assert wait_for_end(known, 1) is True
