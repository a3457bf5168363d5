"""Verdicts: what a rule says of the facts."""

from enum import StrEnum


class Verdict(StrEnum):
    """Three answers; whatever a machine can't decide is for a person to verify."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    TO_VERIFY = "to_verify"
