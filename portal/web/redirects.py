"""Where to go next, when the address came from outside."""

import re
from urllib.parse import unquote, urlsplit

_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
_LONGEST = 2000


def is_local(target: str) -> bool:
    """A path on this very site: `/area?x=1`, and nothing that any browser could read as another site."""
    if len(target) > _LONGEST:
        return False
    path, _, query = target.partition("?")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query):
        return False
    plain = unquote(unquote(path))
    if plain.startswith(("//", "/\\")) or any(sign in plain for sign in "\\\r\n\t\0"):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def safe_next(target: str | None, *, default: str) -> str:
    """`target` where it is a path of ours, else `default`."""
    return target if target and is_local(target) else default
