"""What changed between two versions of a call, readable: one line a thing, words marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from portal.calls.rules.content import CallContent

_NAMES = ("key", "id", "by")
_MISSING: Final = object()
_WORDS = re.compile(r"\w+|\s+|[^\w\s]+")
_AROUND = 80


class Kind(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Piece:
    """Some words that stayed (`same`), went (`gone`) or came (`new`)."""

    how: str
    text: str


@dataclass(frozen=True)
class Change:
    """One thing: `path` from the top, as `window`, `closes_at`; `pieces` of its text, in order."""

    kind: Kind
    path: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def where(self) -> str:
        """The path for people."""
        return " › ".join(self.path)


def diff(before: CallContent, after: CallContent) -> list[Change]:
    """Every difference, in the order of the schema; parts of lists are matched by their keys, not by their places."""
    return list(_compare(before.model_dump(mode="json"), after.model_dump(mode="json"), ()))


def _compare(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _compare(old.get(key, _MISSING), new.get(key, _MISSING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and (name := _name_of([*old, *new])):
        yield from _compare(_by_name(old, name), _by_name(new, name), path)
        yield from _reordered(old, new, name, path)
    else:
        yield _change(old, new, path)


def _name_of(items: list[Any]) -> str | None:
    """The key by which the members of a list are known, if all have it."""
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    return next((name for name in _NAMES if all(name in item for item in items)), None)


def _by_name(items: list[Any], name: str) -> dict[str, Any]:
    return {str(item[name]): {key: value for key, value in item.items() if key != name} for item in items}


def _reordered(old: list[Any], new: list[Any], name: str, path: tuple[str, ...]) -> Iterator[Change]:
    was, is_ = [str(item[name]) for item in old], [str(item[name]) for item in new]
    if [each for each in was if each in is_] != [each for each in is_ if each in was]:
        yield Change(Kind.CHANGED, (*path, "order"), pieces(", ".join(was), ", ".join(is_)))


def _change(old: Any, new: Any, path: tuple[str, ...]) -> Change:  # noqa: ANN401
    if old is _MISSING or old is None:
        return Change(Kind.ADDED, path, (Piece("new", plain(new)),))
    if new is _MISSING or new is None:
        return Change(Kind.REMOVED, path, (Piece("gone", plain(old)),))
    return Change(Kind.CHANGED, path, pieces(plain(old), plain(new)))


def plain(value: Any) -> str:  # noqa: ANN401
    """A value in one text: `a: b; c: d` for groups, commas for lists."""
    match value:
        case dict():
            return "; ".join(f"{key}: {plain(item)}" for key, item in value.items() if item not in (None, [], {}))
        case list():
            return ", ".join(plain(item) for item in value)
        case bool():
            return "true" if value else "false"
    return "" if value is None else str(value)


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Two texts, word by word."""
    was, now = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Piece] = []
    for how, start, end, start_new, end_new in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(
                Piece("same", _shortened("".join(was[start:end]), is_first=not start, is_last=end == len(was)))
            )
            continue
        if start < end:
            found.append(Piece("gone", "".join(was[start:end])))
        if start_new < end_new:
            found.append(Piece("new", "".join(now[start_new:end_new])))
    return tuple(found)


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    """What stayed, where it is long, only beside what changed."""
    if len(text) <= 3 * _AROUND:
        return text
    head = "" if is_first else text[:_AROUND]
    tail = "" if is_last else text[-_AROUND:]
    return f"{head} … {tail}"
