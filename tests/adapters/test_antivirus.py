"""The antivirus: clamd's own protocol, spoken by a small server of ours."""

import socketserver
import struct
import threading

import pytest

from portal.adapters.antivirus import Clamd, NullScanner, scanner
from portal.kernel.ports import Scanner

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon(socketserver.StreamRequestHandler):
    """INSTREAM: chunks with their length before them, up to an empty one."""

    def handle(self):
        if (asked := self.rfile.read(6)) == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert asked + self.rfile.read(4) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        answers = {True: b"stream: Eicar-Test-Signature FOUND\0", False: b"stream: OK\0"}
        broken = b"INSTREAM size limit exceeded. ERROR\0"
        self.wfile.write(broken if content.startswith(b"troppo") else answers[EICAR in content])


@pytest.fixture
def clamd():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Clamd(*server.server_address, timeout=5)
        server.shutdown()


def file(tmp_path, content):
    path = tmp_path / "documento"
    path.write_bytes(content)
    return path


def test_a_clean_file_is_clean(clamd, tmp_path):
    assert clamd.scan(file(tmp_path, b"%PDF-1.7" + b"0" * 200_000)) is None


def test_an_infected_file_has_a_name(clamd, tmp_path):
    assert clamd.scan(file(tmp_path, b"0" * 70_000 + EICAR)) == "Eicar-Test-Signature"


def test_an_answer_that_is_neither_is_nobody_there(clamd, tmp_path):
    with pytest.raises(ConnectionError, match="size limit"):
        clamd.scan(file(tmp_path, b"troppo"))


def test_nobody_there_is_a_connection_error(clamd, tmp_path):
    with pytest.raises(ConnectionError):
        Clamd("127.0.0.1", 1, timeout=1).scan(file(tmp_path, b"x"))


def test_a_daemon_that_lives_says_so(clamd):
    clamd.ping()
    with pytest.raises(ConnectionError):
        Clamd("127.0.0.1", 1, timeout=1).ping()


def test_settings_choose_the_scanner(tmp_path):
    assert isinstance(scanner(""), NullScanner)
    null: Scanner = NullScanner()
    assert null.scan(file(tmp_path, EICAR)) is None
    chosen = scanner("tcp://antivirus:3311")
    assert isinstance(chosen, Clamd)
    assert chosen.address == ("antivirus", 3311)
    with pytest.raises(ValueError, match="CLAMD_URL"):
        scanner("http://antivirus")
