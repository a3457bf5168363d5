"""Forms of the eligibility check."""

from portal.eligibility.forms.deciding import BulkForm, CorrectionForm, ReasonForm
from portal.eligibility.forms.precheck import PrecheckForm, precheck_form

__all__ = ["BulkForm", "CorrectionForm", "PrecheckForm", "ReasonForm", "precheck_form"]
