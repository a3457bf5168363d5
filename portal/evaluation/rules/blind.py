"""What a reviewer of a blind call reads: the application without who wrote it.

Masked are the answers whose type or prefill says that they name somebody; in every other text, each known name, code
and address of the firm and its people, and whatever looks like an address, a web site, a telephone or a code.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from portal.calls.rules.content import FieldType, FormField
from portal.documents.rules.papers import ApplicationSheet, Reply, Step

MASK: Final = "█████"
SHORTEST: Final = 3
NAMING: Final = frozenset(
    {
        FieldType.EMAIL,
        FieldType.PEC,
        FieldType.URL,
        FieldType.PHONE,
        FieldType.VAT,
        FieldType.TAX_CODE,
        FieldType.REA,
        FieldType.MUNICIPALITY,
    }
)
NAMELESS: Final = ("company.ateco", "company.size", "company.awu", "company.turnover", "company.export")
"""Prefills that say what a firm does, or how big it is, and not who it is."""
_LOOKS_LIKE = re.compile(
    r"""[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+  # an address: of bounded parts, for texts without end
    | (?:https?://|www\.)\S+                    # a web site
    | \b[\w-]{1,63}\.(?:it|com|eu|net|org|srl)\b  # one without its scheme
    | \b[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]\b  # a person's code
    | \b(?:IT\s?)?[0-9]{11}\b                   # a VAT number
    | (?:\+|\b00)[0-9][0-9 ./-]{6,}[0-9]        # a telephone
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FORMS = re.compile(r"\b(?:s\.?\s?r\.?\s?l\.?s?|s\.?\s?p\.?\s?a|s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s)\b\.?", re.IGNORECASE)


def is_naming(field: FormField) -> bool:
    """Whether the answer says who the firm, or somebody of it, is."""
    prefill = field.prefill or ""
    return field.type in NAMING or bool(prefill and not prefill.startswith(NAMELESS))


def scrub(text: str, secrets: Collection[str]) -> str:
    """The text without the secrets, in whatever case, and without what looks like one."""
    for secret in sorted(_whole(secrets), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text, flags=re.IGNORECASE)
    return _LOOKS_LIKE.sub(MASK, text)


def _whole(secrets: Iterable[str]) -> set[str]:
    """The secrets, and the names of firms without their legal form too."""
    tidy = {" ".join(secret.split()) for secret in secrets}
    bare = {" ".join(_FORMS.sub("", secret).split()).strip(" ,.-") for secret in tidy}
    return {secret for secret in tidy | bare if len(secret) >= SHORTEST}


def blind(paper: ApplicationSheet, asked: Sequence[Sequence[FormField]], secrets: Collection[str]) -> ApplicationSheet:
    """The paper masked; `asked`: the fields behind its answers, step by step."""
    sections = [
        Step(
            title=step.title,
            answers=[_masked(answer, field, secrets) for answer, field in zip(step.answers, fields, strict=True)],
        )
        for step, fields in zip(paper.sections, asked, strict=True)
    ]
    return paper.model_copy(update={"company": MASK, "vat": MASK, "sections": sections, "attachments": []})


def _masked(answer: Reply, field: FormField, secrets: Collection[str]) -> Reply:
    if field.type is FieldType.TABLE:
        naming = [is_naming(column) for column in field.columns]
        rows = [
            [_cell(cell, is_naming=named, secrets=secrets) for cell, named in zip(row, naming, strict=True)]
            for row in answer.rows
        ]
        return answer.model_copy(update={"rows": rows})
    return answer.model_copy(update={"value": _cell(answer.value, is_naming=is_naming(field), secrets=secrets)})


def _cell(text: str, *, is_naming: bool, secrets: Collection[str]) -> str:
    if is_naming:
        return MASK if text else ""
    return scrub(text, secrets)
