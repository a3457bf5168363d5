"""A call as YAML: what officials write, and what the portal writes back. The two round-trip.

Read strictly and without surprises: plain scalars are text, whole numbers, decimals, true, false or null, never
dates or objects; no anchors, no tags; every complaint names the line and the field.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString, LiteralScalarString

from portal.calls.rules.content import CallContent
from portal.calls.rules.words import wrong
from portal.kernel.clock import ROME
from portal.kernel.text import Text

SHIPPED = Path(__file__).resolve().parent.parent / "data"
LONGEST = 1_000_000
DEEPEST = 30
_WIDTH = 110
_LONG = 90
_CORE = "tag:yaml.org,2002:"
_HEADER = "# A call as data: what each key means and how to change it is told in docs/calls.md.\n"


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the line (from 1; None when it cannot be said), the field as a path, and the complaint."""

    line: int | None
    field: str
    text: Text

    def say(self, language: str = "en") -> str:
        """One sentence for people."""
        where = {"it": "riga", "en": "line"}[language]
        parts = (f"{where} {self.line}" if self.line else "", self.field, self.text.in_(language))
        return ": ".join(part for part in parts if part)


class Malformed(ValueError):
    """The text is not a call; `faults` says why, in order of lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.say() for fault in faults))


def load(source: str | bytes | Path) -> CallContent:
    """The call in `source`: YAML text, its bytes, or a file. Raises Malformed, OSError."""
    root = _compose(source.read_bytes() if isinstance(source, Path) else source)
    lines: dict[tuple[str | int, ...], int] = {}
    plain = _plain(root, (), lines)
    try:
        return CallContent.model_validate(plain)
    except ValidationError as error:
        raise Malformed(sorted(_faults(error, lines), key=lambda fault: fault.line or 0)) from None


def dump(content: CallContent) -> str:
    """YAML that reads well: what equals its default is left out. `load(dump(c)) == c`, and the bytes never vary."""
    stream = StringIO()
    _writer().dump(_commented(content.model_dump(exclude_defaults=True)), stream)
    return _HEADER + stream.getvalue()


@lru_cache(maxsize=8)
def shipped(code: str) -> CallContent:
    """The call of that code which comes with the project. Raises KeyError."""
    path = SHIPPED / f"{code.lower()}.yaml"
    if path.name not in {each.name for each in SHIPPED.glob("*.yaml")}:
        raise KeyError(code)
    return load(path)


class _Composer(Composer):
    """Refuses anchors, aliases and bottomless nesting as soon as they are met."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - ruamel's own
        event = self.loader.parser.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise Malformed([Fault(line, "", wrong("anchor"))])
        if self.depth >= DEEPEST:
            raise Malformed([Fault(line, "", wrong("too_deep"))])
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _compose(source: str | bytes) -> Node:
    """The tree of nodes, each with its line; refuses what could be dear or strange before building anything."""
    text = _decoded(source)
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _Composer
    try:
        root = reader.compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Malformed([Fault(mark.line + 1 if mark else None, "", wrong("yaml", error.problem or ""))]) from None
    except YAMLError as error:
        raise Malformed([Fault(None, "", wrong("yaml", str(error)))]) from None
    if not isinstance(root, MappingNode):
        raise Malformed([Fault(1, "", wrong("not_a_mapping"))])
    return root


def _decoded(source: str | bytes) -> str:
    if len(source) > LONGEST:
        raise Malformed([Fault(None, "", wrong("too_long"))])
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise Malformed([Fault(line, "", wrong("not_utf8"))]) from None


def _plain(node: Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:  # noqa: ANN401
    """Python's plain values of a node; notes the line of every path."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return dict(_pairs(node, path, lines))
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, index), lines) for index, item in enumerate(node.value)]
    return _scalar(node, path)


def _pairs(
    node: MappingNode, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]
) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise Malformed([Fault(line, _dotted(path), wrong("odd_key"))])
        name = str(key.value)
        if name in seen:
            raise Malformed([Fault(line, _dotted((*path, name)), wrong("twice"))])
        seen.add(name)
        lines[*path, name] = line
        yield name, _plain(value, (*path, name), lines)


def _scalar(node: Node, path: tuple[str | int, ...]) -> str | int | Decimal | bool | None:
    text, kind = str(node.value), str(node.tag).removeprefix(_CORE)
    try:
        match kind:
            case "str" | "timestamp":
                return text
            case "int":
                return int(text.replace("_", ""), 0) if text.lower().startswith(("0x", "0o")) else int(text)
            case "float":
                return Decimal(text)
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
    except (ValueError, InvalidOperation):
        pass
    raise Malformed([Fault(node.start_mark.line + 1, _dotted(path), wrong("odd_value", text[:40]))])


def _dotted(path: tuple[str | int, ...]) -> str:
    """`criteria[2].anchors[0].points`, counted from 1 as people do."""
    dotted = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return dotted.removeprefix(".")


def _faults(error: ValidationError, lines: dict[tuple[str | int, ...], int]) -> Iterator[Fault]:
    seen: set[tuple[int | None, str, str]] = set()
    for each in error.errors(include_url=False):
        path = _written(each["loc"], lines)
        missing = each["type"] == "missing"
        line = lines.get(path) or next(
            (lines[path[:n]] for n in range(len(path) - 1, -1, -1) if path[:n] in lines), None
        )
        fault = Fault(line, _dotted(path), wrong(each["type"], each["msg"], **each.get("ctx", {}), given=each["input"]))
        mark = (fault.line, fault.field, "" if missing else fault.text.en)
        if mark not in seen:
            seen.add(mark)
            yield fault


def _written(loc: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """Pydantic's path without what nobody wrote: names of union members and of constraints."""
    path: tuple[str | int, ...] = ()
    for index, part in enumerate(loc):
        if (*path, part) in lines or index == len(loc) - 1:
            path = (*path, part)
    last = loc[-1] if loc else ""
    return path[:-1] if path and path not in lines and str(last) in _UNION_MEMBERS else path


_UNION_MEMBERS = {"decimal", "date", "str", "bool", "int"}


class _Representer(RoundTripRepresenter):
    """Dates, instants and decimals as people write them."""


def _represent_decimal(representer: _Representer, value: Decimal) -> ScalarNode:
    whole = value == value.to_integral_value()
    text = f"{value:.0f}" if whole else f"{value.normalize():f}"
    return representer.represent_scalar(f"{_CORE}{'int' if whole else 'float'}", text)


def _represent_instant(representer: _Representer, value: datetime) -> ScalarNode:
    return representer.represent_scalar(f"{_CORE}timestamp", value.isoformat())


def _represent_day(representer: _Representer, value: date) -> ScalarNode:
    return representer.represent_scalar(f"{_CORE}timestamp", value.isoformat())


_Representer.add_representer(Decimal, _represent_decimal)
_Representer.add_representer(datetime, _represent_instant)
_Representer.add_representer(date, _represent_day)


def _writer() -> YAML:
    writer = YAML()
    writer.Representer = _Representer
    writer.width = _WIDTH
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    return writer


def _commented(value: Any) -> Any:  # noqa: ANN401 - any plain value, one line a type
    """The same value in ruamel's types, short things on one line and long texts as literal blocks."""
    match value:
        case dict():
            mapping = CommentedMap((key, _commented(item)) for key, item in value.items() if item is not None)
            if _fits(value):
                mapping.fa.set_flow_style()
            return mapping
        case list():
            sequence = CommentedSeq(_commented(item) for item in value)
            if _fits(value):
                sequence.fa.set_flow_style()
            return sequence
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(ROME)
        case str():
            return _styled(value)
    return value


def _styled(text: str) -> Any:  # noqa: ANN401 - ruamel's kinds of text
    """Several lines as they are, one long line folded, anything odd in double quotes."""
    lines = text.split("\n")
    if not all(line.isprintable() and line == line.rstrip() for line in lines) or lines[0].startswith(" "):
        return DoubleQuotedScalarString(text)
    if len(lines) > 1:
        return LiteralScalarString(text)
    if len(text) > _LONG and "  " not in text:
        return FoldedScalarString(text)
    return text if text[:1].isalnum() or text[:1] in "«(" else DoubleQuotedScalarString(text)


def _fits(value: dict[str, Any] | list[Any] | tuple[Any, ...]) -> bool:
    """Whether it is short enough for one line: scalars, and mappings of scalars inside a mapping."""
    if not value:
        return True
    return _length(value) <= _WIDTH - 30 and not _has_lines(value)


def _length(value: object) -> int:
    match value:
        case dict():
            return sum(len(key) + 4 + _length(item) for key, item in value.items() if item is not None)
        case list() | tuple():
            # a list of mappings reads better down the page
            return sum(_length(item) + (500 if isinstance(item, dict) else 2) for item in value)
    return len(str(value))


def _has_lines(value: object) -> bool:
    match value:
        case dict():
            return any(map(_has_lines, value.values()))
        case list() | tuple():
            return any(map(_has_lines, value))
    return isinstance(value, str) and "\n" in value
