"""Inspection of a file by a limited process of its own."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.documents import rules

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0


def inspect(
    path: Path, allowed: Collection[rules.Kind] = rules.USUAL, *, limit: int = rules.SIZE_LIMIT
) -> rules.Inspection:
    """What the file at `path` is, by its content: never by its name, nor by what the sender says.

    `limit` in bytes. May write a file beside `path`, which the answer then names; the caller owns both. Raises
    `rules.FileRefused`, in words. The reader gets 2 s of processor and 256 MB; `PATIENCE` bounds the wait on a busy
    machine.
    """
    if path.stat().st_size > limit:
        raise rules.TooLarge(limit=limit // rules.MEGABYTE)
    keep = path.with_name(f"{path.name}.kept")
    found = _ask(path, keep, allowed)
    if "refused" in found:
        keep.unlink(missing_ok=True)
        facts = {key: value for key, value in found.items() if key != "refused"}
        raise rules.refusal(found["refused"], allowed=allowed, **facts)
    kept = keep if keep.exists() else path
    return rules.Inspection(
        path=kept,
        media_type=rules.Kind(found["kind"]).media_type,
        sha256=_sha256(kept),
        received_sha256=_sha256(path),
        size=kept.stat().st_size,
        pages=found["pages"],
        signatures=tuple(_signature(**one) for one in found["signatures"]),
    )


def _ask(path: Path, keep: Path, allowed: Collection[rules.Kind]) -> dict[str, Any]:
    """The inspector's answer; whatever killed it says that the file was too much."""
    command = [sys.executable, "-m", "portal.documents.inspectors", str(path), str(keep), *sorted(allowed)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, arguments as a list
            command,
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT), "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "TooComplex"}
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        return {"refused": "TooComplex"}
    if done.returncode:
        raise rules.Unreadable
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _signature(signed_at: str | None, **rest: Any) -> rules.Signature:  # noqa: ANN401 - the inspector's JSON
    return rules.Signature(signed_at=datetime.fromisoformat(signed_at) if signed_at else None, **rest)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
