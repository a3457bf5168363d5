"""PDFs, set by Typst: tagged (PDF/UA-1), fonts within, no network. Data goes in as JSON, never as source."""

import json
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import segno
import typst
from babel.dates import format_datetime

from portal.documents.rules.papers import Paper, Receipt
from portal.kernel.clock import ROME
from portal.kernel.text import Language

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates" / "documents"
FONTS = PROJECT / "static" / "vendor" / "print"
NO_PACKAGES = TEMPLATES / "no-packages"
_PATTERN = {"it": "d MMMM y, 'ore' HH:mm:ss", "en": "d MMMM y, HH:mm:ss"}
_LOCALE = {"it": "it_IT", "en": "en_GB"}


def render(paper: Paper, *, lang: Language = "it", at: datetime) -> bytes:
    """The PDF of a paper, made at `at`: the same paper, language and instant, the same bytes.

    Raises typst.TypstError where a template is wrong.
    """
    data = paper.model_dump(mode="json")
    if isinstance(paper, Receipt):
        data["qr"] = qr_svg(paper.verify_url)
    pdf = typst.compile(
        TEMPLATES / paper.template / "main.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "lang": lang},
        pdf_standards=["ua-1"],
        timestamp=at.replace(microsecond=0),
        package_path=NO_PACKAGES,
        package_cache_path=NO_PACKAGES,
    )
    return bytes(pdf)


def instant(at: datetime, *, lang: Language) -> str:
    """`9 ottobre 2026, ore 15:59:58`, in Rome: papers give the seconds."""
    return format_datetime(at, _PATTERN[lang], tzinfo=ROME, locale=_LOCALE[lang])


def qr_svg(text: str) -> str:
    """A QR code as SVG, for papers and pages."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, dark="#17324d", xmldecl=False)
    return out.getvalue().decode()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
