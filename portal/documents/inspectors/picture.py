"""Pictures: decoded and encoded anew, so that only the picture is left."""

from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from portal.documents.inspectors import Refused

PIXELS = 60_000_000
DRAFT = (2500, 2500)
FORMATS = {"png": "PNG", "jpeg": "JPEG"}


def look(file: Path, keep: Path, kind: str) -> dict[str, object]:
    """One page. Place, date, camera and whatever else rode along are not kept; it stays upright."""
    try:
        with Image.open(file, formats=[FORMATS[kind]]) as picture:
            if picture.width * picture.height > PIXELS:
                raise Refused("TooComplex")
            picture.verify()
        with Image.open(file, formats=[FORMATS[kind]]) as picture:
            picture.draft(None, DRAFT)
            mode = "RGBA" if kind == "png" and picture.has_transparency_data else "RGB"
            ImageOps.exif_transpose(picture, in_place=True)
            plain = picture if picture.mode == mode else picture.convert(mode)
            plain.info = {}
            plain.save(keep, FORMATS[kind], quality=90)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused("TooComplex") from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as broken:
        raise Refused("Damaged") from broken
    return {"pages": 1, "signatures": []}
