import socket
import stat
from pathlib import Path

from portal.launcher import memory


def test_secrets_are_made_once_and_kept_from_others(home: Path) -> None:
    first = memory.secret("SECRET_KEY")
    assert memory.secret("SECRET_KEY") == first
    assert len(first) >= 32
    assert stat.S_IMODE(memory.path().stat().st_mode) == 0o600
    assert memory.read() == {"SECRET_KEY": first}


def test_values_with_an_equals_sign_survive(home: Path) -> None:
    memory.remember(DATABASE_URL="postgresql://a:b=c@host/db?x=1", PORT="8000")
    memory.remember(PORT="8001")
    assert memory.read() == {"DATABASE_URL": "postgresql://a:b=c@host/db?x=1", "PORT": "8001"}


def test_nothing_but_the_file_is_left_behind(home: Path) -> None:
    memory.remember(A="1")
    assert [path.name for path in home.iterdir()] == ["portale.env"]


def test_a_port_is_remembered_until_somebody_takes_it(home: Path) -> None:
    first = memory.port("VALKEY_PORT")
    assert memory.port("VALKEY_PORT") == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        assert memory.is_free(first) is False
        second = memory.port("VALKEY_PORT")
    assert second != first
    assert memory.port("VALKEY_PORT") == second
