"""English whole, Russian for buyers: hand-written catalogues by slice, merged and compiled.

Italian is the text in the source itself. `python -m portal.web.catalogues` compiles; with `check` it says what is
missing. A text that has no Russian is said in English: no buyer reads Italian.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parent.parent.parent
TRANSLATIONS = PROJECT / "portal" / "translations"
LANGUAGES: dict[str, tuple[str, ...]] = {"en": ("en",), "ru": ("ru", "en")}
"""Language -> the folders it is merged from; the first that has a text says it."""
FOR_BUYERS = (
    "templates/matching/buyer/",
    "templates/layouts/base.html",
    "templates/layouts/buyer.html",
    "templates/ui/form.html",
    "templates/ui/page.html",
    "portal/matching/forms/buyers.py",
    "portal/matching/rules/buying.py",
    "portal/matching/rules/kinds.py",
    "portal/matching/rules/linking.py",
    "portal/matching/rules/sectors.py",
    "portal/matching/views/buyer/",
    "portal/matching/views/labels.py",
    "templates/emails/buyers.",
    "templates/emails/matching.agenda_told/",
    "templates/emails/matching.follow_up_due/",
    "templates/matching/personal/",
    "portal/matching/rules/outcomes.py",
    "portal/matching/service/agendas.py",
    "portal/notifications/service/agenda_letters.py",
    "portal/notifications/service/tell.py",
)
"""What must be there in Russian too."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
}
_PLACE = re.compile(r"%\((\w+)\)[sd]")
Id: TypeAlias = str | tuple[str, ...]


@dataclass
class Faults:
    """What `check` found, each a list of sentences."""

    missing: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)
    fuzzy: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """All of them, each with its kind."""
        return [f"{kind}: {text}" for kind, texts in vars(self).items() for text in texts]


def extracted() -> dict[Id, str]:
    """Every text of the source -> where it stands first (`path:line`)."""
    found: dict[Id, str] = {}
    for text, where in _texts():
        found.setdefault(text, where)
    return found


def _read_by_buyers() -> dict[Id, str]:
    return {text: where for text, where in _texts() if where.startswith(FOR_BUYERS)}


@cache
def _texts() -> tuple[tuple[Id, str], ...]:
    """All the source is read once in a process: that takes seconds."""
    return tuple(
        (text, f"{folder}/{name}:{line}")
        for folder, method in (("portal", "python"), ("workers", "python"), ("templates", "jinja2.ext:babel_extract"))
        for name, line, text, _comments, _context in extract_from_dir(
            PROJECT / folder,
            method_map=[("**.py", method), ("**.html", method), ("**.txt", method)],
            options_map={"**": {"silent": "false", "extensions": "jinja2.ext.do", "newstyle_gettext": "true"}},
            keywords=KEYWORDS,
        )
    )


def _messages(language: str) -> Iterator[tuple[str, Message]]:
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        with path.open("rb") as source:
            yield from ((path.name, message) for message in read_po(source, locale=language) if message.id)


def _first(message_id: object) -> str:
    return message_id[0] if isinstance(message_id, tuple | list) else str(message_id)


def _key(message: Message) -> Id:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def compile_catalogues() -> int:
    """Merge the catalogues of all slices into the ones that Babel reads; return how many texts they hold.

    Several processes may do it at once: each writes a file of its own, and the last to end is what stays.
    """
    return sum(_compile(language) for language in LANGUAGES)


def _compile(language: str) -> int:
    merged = Catalog(locale=language, domain="messages")
    for folder in LANGUAGES[language]:
        for _name, message in _messages(folder):
            if not message.fuzzy and message.string and message.id not in merged:
                merged.add(message.id, message.string if folder == language else _in_plurals(merged, message))
    compiled = TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=compiled.parent, prefix=f"{compiled.name}.", delete=False) as target:
        write_mo(target, merged)
    waiting = Path(target.name)
    waiting.chmod(0o644)
    waiting.replace(compiled)
    return len(merged)


def _in_plurals(catalogue: Catalog, message: Message) -> str | tuple[str, ...]:
    """A text borrowed from a language with fewer plural forms: its last form stands for those it lacks."""
    if isinstance(message.string, str):
        return message.string
    forms = tuple(message.string or ())
    return (*forms, *(forms[-1:] * (catalogue.num_plurals - len(forms))))


def _places(text: object) -> set[str]:
    texts = text if isinstance(text, tuple | list) else [text]
    return {name for one in texts for name in _PLACE.findall(str(one))}


def check(language: str = "en") -> Faults:
    """Hold a language's catalogues against the source: English all of it, Russian what buyers read."""
    source, faults, seen = extracted(), Faults(), dict[Id, tuple[str, object]]()
    for name, message in _messages(language):
        key = _key(message)
        label = f"{name}: {_first(key)!r}"
        if message.fuzzy:
            faults.fuzzy.append(label)
        if key not in source:
            faults.obsolete.append(label)
        if key in seen and seen[key][1] != message.string:
            faults.clashes.append(f"{label} differs from {seen[key][0]}")
        if message.string and _places(key) != _places(message.string):
            faults.placeholders.append(label)
        if all(message.string if isinstance(message.string, tuple | list) else [message.string]):
            seen[key] = (name, message.string)
    wanted = source if language == "en" else _read_by_buyers()
    faults.missing = [f"{where}: {_first(key)!r}" for key, where in wanted.items() if key not in seen]
    return faults


def main() -> None:
    """Compile; with `check`, say what is wrong and exit 1 if anything is."""
    if sys.argv[1:] == ["check"]:
        lines = [line for language in LANGUAGES for line in check(language).lines()]
        print("\n".join(lines))  # noqa: T201 - a command
        raise SystemExit(1 if lines else 0)
    print(f"{compile_catalogues()} texts")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
