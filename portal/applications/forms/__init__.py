"""Shapes of input."""

from portal.applications.forms.others import (
    DeclarationsForm,
    FreezeForm,
    SubmitForm,
    VerifyForm,
    WithdrawForm,
    declarations_form,
)
from portal.applications.forms.section import BASE, PREFIX, SectionForm, section_form

__all__ = [
    "BASE",
    "PREFIX",
    "DeclarationsForm",
    "FreezeForm",
    "SectionForm",
    "SubmitForm",
    "VerifyForm",
    "WithdrawForm",
    "declarations_form",
    "section_form",
]
