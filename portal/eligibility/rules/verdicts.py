"""Verdicts: what a rule says of the facts."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from portal.kernel.text import Frozen, Text

Origin = Literal["declared", "document", "registry", "portal", "missing"]


class Verdict(StrEnum):
    """Three answers; whatever a machine can't decide is for a person to verify."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    TO_VERIFY = "to_verify"


class Finding(Frozen):
    """What one rule found: the value it used, where that came from, and why, in words."""

    verdict: Verdict
    value: JsonValue
    origin: Origin
    text: Text


class Outcome(Frozen):
    """A finding under the name of its rule, as reports keep it (contract: `rules[]`)."""

    id: str
    version: int
    verdict: Verdict
    value: JsonValue
    origin: Origin = Field(serialization_alias="from", validation_alias="from")
    source: str
    it: str
    en: str


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """One failure fails; else one doubt is to be verified; nothing to judge passes."""
    seen = set(verdicts)
    if Verdict.FAIL in seen:
        return Verdict.FAIL
    return Verdict.TO_VERIFY if Verdict.TO_VERIFY in seen else Verdict.PASS


def passed(value: JsonValue, origin: Origin, it: str, en: str) -> Finding:
    """The requirement is met."""
    return Finding(verdict=Verdict.PASS, value=value, origin=origin, text=Text(it=it, en=en))


def failed(value: JsonValue, origin: Origin, it: str, en: str) -> Finding:
    """The requirement is not met."""
    return Finding(verdict=Verdict.FAIL, value=value, origin=origin, text=Text(it=it, en=en))


def doubtful(value: JsonValue, origin: Origin, it: str, en: str) -> Finding:
    """An officer must look."""
    return Finding(verdict=Verdict.TO_VERIFY, value=value, origin=origin, text=Text(it=it, en=en))


def missing(it: str, en: str) -> Finding:
    """A fact is lacking; the words say which."""
    return Finding(verdict=Verdict.TO_VERIFY, value=None, origin="missing", text=Text(it=it, en=en))
