"""Forms of the eligibility check."""

from portal.eligibility.forms.asking import ExtendForm, notice_form, refusal_form, supplement_form
from portal.eligibility.forms.deciding import BulkForm, CorrectionForm, ReasonForm, ReopenForm
from portal.eligibility.forms.precheck import PrecheckForm, precheck_form

__all__ = [
    "BulkForm",
    "CorrectionForm",
    "ExtendForm",
    "PrecheckForm",
    "ReasonForm",
    "ReopenForm",
    "notice_form",
    "precheck_form",
    "refusal_form",
    "supplement_form",
]
