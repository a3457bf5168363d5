"""Word documents out, for acts that an office goes on to edit; a room of its own, as sheets and papers are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Row

from portal.documents.rendering import legible


@dataclass(frozen=True, kw_only=True)
class Part:
    """A paragraph in `style` (title, heading, paragraph, item), or a table of `columns` and `rows`."""

    style: str
    text: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


STYLES = {"title": "Title", "heading": "Heading 1", "paragraph": "Normal", "item": "List Bullet"}


def write(parts: Iterable[Part], *, title: str, author: str, at: datetime) -> bytes:
    """The document in Italian; text is text, whatever it holds."""
    document = Document()
    facts, instant = document.core_properties, at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    facts.title, facts.author, facts.language = legible(title), legible(author), "it-IT"
    facts.created = facts.modified = instant
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    _speak_italian(normal.element)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    for part in parts:
        if part.columns:
            _table(document.add_table(rows=1, cols=len(part.columns), style="Light Grid Accent 1"), part)
            document.add_paragraph()
        else:
            paragraph = document.add_paragraph(legible(part.text), style=STYLES[part.style])
            if part.style == "paragraph":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _table(table: Table, part: Part) -> None:
    _repeat(table.rows[0])
    for cell, text in zip(table.rows[0].cells, part.columns, strict=True):
        cell.text = legible(text)
    for row in part.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):  # type: ignore[no-untyped-call]
            cell.text = legible(text)


def _repeat(row: _Row) -> None:
    """A header that stands on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no word for it


def _speak_italian(element: object) -> None:
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "it-IT")
    element.get_or_add_rPr().append(lang)  # type: ignore[attr-defined]
