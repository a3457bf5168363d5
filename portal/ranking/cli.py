"""Operators' and strangers' commands on rankings."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.ranking import rules
from portal.ranking.rules import opening as openings, signature

Answer = TypeVar("Answer")


def _tell(text: str, *, err: bool = False) -> None:
    """One line, whatever a stranger's file put into it: what moves a terminal is written as its escape."""
    click.echo("".join(one if one.isprintable() else ascii(one)[1:-1] for one in text), err=err)


@click.group()
def ranking() -> None:
    """Rankings: check a published one, from its file alone."""


@ranking.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--key", "key_text", metavar="PUBLIC", help="The issuer's public key: a PEM file, or its base64.")
@click.option("--opening", type=click.File("rb"), help="A firm's opening of what the file commits to about it.")
def verify(file: BinaryIO, key_text: str | None, opening: BinaryIO | None) -> None:
    """Recompute a published ranking's order, outcomes and hash from FILE (- for standard input), check its signature.

    Exit 0: it holds. 1: it doesn't, and the first difference is said. 2: the file, the key or the opening is not one.
    """
    given = _read("--key", lambda: _key(key_text)) if key_text is not None else None
    content, name = file.read(), getattr(file, "name", "-")
    difference = _read(name, lambda: rules.verify(content))
    published, digest = _read(name, lambda: rules.read(content))
    said, wrong = _signed(published, digest, given)
    difference = difference or wrong
    if opening is not None:
        opened = _read(opening.name, lambda: openings.read_opening(opening.read()))
        difference = difference or openings.opening_fault(published, opened)
        said.append(f"opening: good, {len(opened.parts)} parts of {opened.registry_number}; its reviewed scores follow")
    elif any(line.commitments for line in published.entries):
        said.append("commitments: not opened; each firm has its own opening (--opening)")
    if difference:
        _tell(f"does not hold: {difference}")
        raise SystemExit(1)
    _tell(
        f"holds: {published.call.code} version {published.call.version}, ranking {published.ranking.version}, "
        f"{len(published.entries)} ranked, {len(published.not_admitted)} not admitted, sha256 {digest}"
    )
    for line in said:
        _tell(line)


def _read(name: str, read: Callable[[], Answer]) -> Answer:
    """What was read; bad input ends the command."""
    try:
        return read()
    except (rules.Unreadable, signature.BadKey) as fault:
        _tell(f"{name}: {fault}", err=True)
        raise SystemExit(2) from fault


def _key(text: str) -> Ed25519PublicKey:
    path = Path(text)
    is_file = len(text) < 4096 and path.is_file()  # noqa: PLR2004 - the longest path
    return signature.public_key(path.read_text(errors="replace") if is_file else text)


def _signed(published: rules.Published, digest: str, given: Ed25519PublicKey | None) -> tuple[list[str], str | None]:
    """What is said of the signature, and what is wrong with it."""
    signed = published.signature
    if signed is None:
        return ["signature: none"], "signature: the file is not signed, and a key was given" if given else None
    if wrong := signature.fault(signed, digest, given=given):
        return [], wrong
    if given is not None:
        return [f"signature: good, by the key given, {signed['key_id']}"], None
    told = (
        f"signature: good by the key in the file itself, {signed['key_id']}: the file is whole, but that tells not who "
        "signed it; compare the key with the issuer's page, or give it with --key"
    )
    return [told], None
