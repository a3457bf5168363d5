"""A person at a browser, as small as it can be: one connection kept open, cookies, forms with their token."""

import http.client
import re
from urllib.parse import urlencode

TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
TIMEOUT_S = 15


class Browser:
    """Someone signed in. Raises OSError or HTTPException where the server is away; the next request connects anew."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.cookie = cookie
        self.connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page."""
        return self._ask("GET", path, None)[:2]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Status, and where we are sent."""
        status, _, location = self._ask("POST", path, urlencode(fields).encode())
        return status, location

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes, str]:
        headers = {"Cookie": f"session={self.cookie}", "Referer": f"http://127.0.0.1:{self.port}{path}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.leave()
            raise
        for header in answer.msg.get_all("Set-Cookie", []):
            name, _, value = header.split(";", 1)[0].partition("=")
            if name == "session":
                self.cookie = value
        return answer.status, content, answer.headers.get("Location", "")

    def leave(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def token(page: bytes) -> str:
    """The form's token against forgery."""
    found = TOKEN.search(page)
    return found.group(1).decode() if found else ""
