"""PDFs, set by Typst: tagged (PDF/UA-1), fonts within, no network. Data goes in as JSON, never as source."""

import base64
import json
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst
from babel.dates import format_datetime
from PIL import Image

from portal.documents.rules.papers import Badges, Paper, Receipt
from portal.kernel.clock import ROME
from portal.kernel.text import Language

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates" / "documents"
FONTS = PROJECT / "static" / "vendor" / "print"
CANVAS = (600, 240)
NO_PACKAGES = TEMPLATES / "no-packages"
_PATTERN = {"it": "d MMMM y, 'ore' HH:mm:ss", "en": "d MMMM y, HH:mm:ss"}
_LOCALE = {"it": "it_IT", "en": "en_GB"}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(r"[\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
# Latin, Greek, Cyrillic, punctuation, currencies, a few symbols: each is set by one of our fonts, as the tests try.
_UNSET = re.compile(
    "[^\n\x20-\x7e\xa0-\u017f\u0192\u0218-\u021b\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff"
    "\u0400-\u045f\u0490-\u0493\u1e00-\u1eff\u2010-\u2027\u2030-\u203a\u2044\u2070\u2071\u2074-\u2089\u20a0-\u20bf"
    "\u2116\u2122\u2126\u215b-\u215e\u2190-\u2193\u2200-\u2265\u25a0\u25a1\u2713\u2717\ufb00-\ufb04\ufffd]"
)


def render(paper: Paper, *, lang: Language = "it", at: datetime) -> bytes:
    """The PDF of a paper, made at `at`: the same paper, language and instant, the same bytes.

    A character that our fonts lack becomes �: PDF/UA refuses a text that cannot be read, and
    nobody should lose a receipt to an emoji. Raises typst.TypstError where a template is wrong.
    """
    data = _legible(paper.model_dump(mode="json"))
    if isinstance(paper, Receipt):
        data["qr"] = qr_svg(paper.verify_url)
    if isinstance(paper, Badges):
        data["qr"] = [qr_svg(badge.address) for badge in paper.badges]
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


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a stored picture in pixels, from its header alone."""
    with Image.open(path) as picture:
        return picture.size


def picture_svg(path: Path) -> str:
    """A stored picture as an SVG of `CANVAS` that holds it, at its left: whatever its shape, it fits where that fits.

    Data of a paper is text. What is stored was encoded anew when it came: reading it needs no fence.
    """
    with Image.open(path) as picture:
        small = picture.convert("RGBA")
    small.thumbnail(CANVAS)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    held = base64.b64encode(out.getvalue()).decode()
    box = f'width="{CANVAS[0]}" height="{CANVAS[1]}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} viewBox="0 0 {CANVAS[0]} {CANVAS[1]}">'
        f'<image {box} preserveAspectRatio="xMinYMid meet" href="data:image/png;base64,{held}"/></svg>'
    )


def legible(text: str) -> str:
    """`text` composed, without controls, each character that cannot be set replaced."""
    plain = _INVISIBLE.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    return _UNSET.sub("\N{REPLACEMENT CHARACTER}", plain)


def _legible(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case str():
            return legible(value)
        case list():
            return [_legible(item) for item in value]
        case dict():
            return {key: _legible(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
