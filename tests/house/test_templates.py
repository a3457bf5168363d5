"""Templates: nothing inline, no text outside the catalogues, none unused."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.lexer import TOKEN_BLOCK_BEGIN, TOKEN_BLOCK_END, TOKEN_DATA, TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in {"emails", "documents"}
)
READER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
SAME_IN_ALL = {"Portale Export", "PDF", "CSV", "JSON", "XLSX", "YAML", "SHA-256", "ICS"}
LANGUAGES = {"English", "Italiano"}
SPOKEN = {"title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription"}
WORD = re.compile(r"[^\W\d_]{2,}")
ADDRESS = re.compile(r"[?&][\w-]+=")
PROSE = re.compile(r"^[A-ZÀ-Ý][a-zà-ÿ]{2,}")
TRANSLATING = {"_", "gettext", "ngettext", "pgettext"}
INLINE = re.compile(
    r"<style\b|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|\shx-on|javascript:|<(?:iframe|object|embed)\b",
    re.IGNORECASE,
)


class Texts(HTMLParser):
    """Collects what a reader would read, where the template itself says it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_code = False

    def handle_data(self, data: str) -> None:
        text = ADDRESS.sub("", data)
        for name in SAME_IN_ALL:
            text = text.replace(name, "")
        if WORD.search(text) and not self.in_code:
            self.found.append(data.strip())

    def handle_endtag(self, _tag: str) -> None:
        self.in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_code = tag == "code"
        self.found += [value for name, value in attrs if name in SPOKEN and value and WORD.search(value)]


def _markup(source: str) -> str:
    """The template with what Jinja computes taken out."""
    parts, inside = [], 0
    for _line, kind, text in READER.lexer.tokeniter(source, None):
        if kind in {TOKEN_BLOCK_BEGIN, TOKEN_VARIABLE_BEGIN}:
            inside += 1
        elif kind in {TOKEN_BLOCK_END, TOKEN_VARIABLE_END}:
            inside -= 1
            parts.append(" " if kind == TOKEN_BLOCK_END else "0")
        elif kind == TOKEN_DATA and not inside:
            parts.append(text)
    return "".join(parts)


def _spoken(node: nodes.Node) -> Iterator[str]:
    """String constants shown or passed on, outside the catalogues."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in TRANSLATING:
            continue
        if isinstance(child, nodes.Compare):
            continue
        if isinstance(child, nodes.Pair):
            yield from _spoken(nodes.Output([child.value]))
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and PROSE.match(child.value):
            yield child.value
        yield from _spoken(child)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline(name):
    """The content policy forbids it: a class, or static/ui/<component>.js with a data- attribute."""
    assert [found[0] for found in INLINE.finditer(_markup((TEMPLATES / name).read_text()))] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_text_is_in_the_catalogues(name):
    """Write {{ _("Salva bozza") }} and its English in portal/translations/en/<slice>.po."""
    source = (TEMPLATES / name).read_text()
    reader = Texts()
    reader.feed(_markup(source))
    constants = [text for text in _spoken(READER.parse(source)) if text not in SAME_IN_ALL | LANGUAGES]

    assert reader.found + constants == []


def test_every_template_is_used():
    """Delete it, or render it."""
    named = re.compile(r"[\"']([\w/-]+\.html)[\"']")
    sources = [*(ROOT / "portal").rglob("*.py"), *TEMPLATES.rglob("*.html")]
    used = {name for path in sources for name in named.findall(path.read_text())}

    assert set(PAGES) - used == set()


def test_macros_never_ask_who_is_looking():
    """Pass the value: a macro of ui/ knows no user, no request, no query."""
    asking = re.compile(r"\b(current_user|viewer|request|session|g)\b\.")
    guilty = [path.name for path in (TEMPLATES / "ui").glob("*.html") if asking.search(path.read_text())]

    assert guilty == []


def test_scripts_and_styles_name_no_other_site():
    for path in (ROOT / "static").rglob("*.*"):
        if "vendor" not in path.parts and path.suffix in {".css", ".js"}:
            assert re.search(r"https?://|@import|eval\(|innerHTML", path.read_text()) is None, path.name
