"""What a call may set in each kind of eligibility rule; the deciding is done in `portal.eligibility.rules`.

A parameter that names an answer is the key of a field or of a declaration of the same call.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

import ateco
from pydantic import Field, StringConstraints, model_validator

from portal.kernel.text import Frozen, Text
from portal.kernel.values import PROVINCES

Answer = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
AtecoCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{1,2}(\.\d{1,2})?)?$")]
Edition = Literal["2007", "2022", "2025"]
Size = Literal["micro", "small", "medium", "large"]
Province = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _known(edition: str, codes: list[str]) -> None:
    for code in codes:
        if not ateco.validate(code, edition=edition):
            msg = f"{code} is not a code of ATECO {edition}"
            raise ValueError(msg)


class Codes(Frozen):
    """ATECO codes of one edition; each stands for all that begins with it. Never letters: they moved in 2025."""

    edition: Edition
    codes: list[AtecoCode] = Field(min_length=1)

    @model_validator(mode="after")
    def _exist(self) -> Self:
        _known(self.edition, self.codes)
        return self


class SizeParameters(Frozen):
    """Only firms of these sizes."""

    kind: Literal["size"]
    admitted: list[Size] = Field(min_length=1)


class AtecoException(Frozen):
    """An excluded code that is admitted all the same where `answer` is yes, once an officer has looked."""

    edition: Edition
    codes: list[AtecoCode] = Field(min_length=1)
    answer: Answer
    text: Text

    @model_validator(mode="after")
    def _exist(self) -> Self:
        _known(self.edition, self.codes)
        return self


class AtecoExcludedParameters(Frozen):
    """No firm whose code is in `lists`: the primary one, or any of its codes."""

    kind: Literal["ateco_excluded"]
    lists: list[Codes] = Field(min_length=1)
    looks_at: Literal["primary", "any"] = "primary"
    exceptions: list[AtecoException] = Field(default=[])


class AtecoGroup(Frozen):
    """A named group of admitted activities."""

    key: Answer
    title: Text
    edition: Edition
    codes: list[AtecoCode] = Field(min_length=1)

    @model_validator(mode="after")
    def _exist(self) -> Self:
        _known(self.edition, self.codes)
        return self


class AtecoIncludedParameters(Frozen):
    """Only firms of these groups. A secondary code is ignored, counts, or counts once an officer saw evidence of it."""

    kind: Literal["ateco_included"]
    groups: list[AtecoGroup] = Field(min_length=1)
    secondary: Literal["ignored", "counts", "to_verify"] = "ignored"


class TerritoryParameters(Frozen):
    """A seat in one of these provinces. Where it is due `at` the award, a firm may commit itself (`commitment`)."""

    kind: Literal["territory"]
    provinces: list[Province] = Field(min_length=1)
    seat: Literal["registered_office", "operating_site", "any"] = "any"
    at: Literal["application", "award"] = "application"
    commitment: Answer | None = None

    @model_validator(mode="after")
    def _exist(self) -> Self:
        for code in self.provinces:
            if code not in PROVINCES:
                msg = f"{code} is not a province"
                raise ValueError(msg)
        if (self.at == "award") != (self.commitment is not None):
            msg = "commitment is given where the seat is due at the award, and only there"
            raise ValueError(msg)
        return self


class RegistrationParameters(Frozen):
    """Registered and active in the business register of one of these provinces."""

    kind: Literal["registration"]
    provinces: list[Province] = Field(min_length=1)
    declaration: Answer = "registered_active"
    verified_by: Literal["declaration", "officer"] = "officer"


class _Declared(Frozen):
    """The firm declares (DPR 445/2000); `verified_by: officer` asks a person to look before it counts."""

    declaration: Answer
    verified_by: Literal["declaration", "officer"]


class AnnualFeeParameters(_Declared):
    """The chamber's annual fee is paid."""

    kind: Literal["annual_fee"]
    declaration: Answer = "annual_chamber_fee"
    verified_by: Literal["declaration", "officer"] = "officer"


class InsolvencyParameters(_Declared):
    """No insolvency procedure."""

    kind: Literal["insolvency"]
    declaration: Answer = "not_insolvent"
    verified_by: Literal["declaration", "officer"] = "officer"


class AntimafiaParameters(_Declared):
    """Nothing of art. 67 D.Lgs. 159/2011."""

    kind: Literal["antimafia"]
    declaration: Answer = "antimafia_art67"
    verified_by: Literal["declaration", "officer"] = "declaration"


class ProcurementBarParameters(_Declared):
    """No conviction that bars from public contracts."""

    kind: Literal["procurement_bar"]
    declaration: Answer = "no_procurement_barring_conviction"
    verified_by: Literal["declaration", "officer"] = "declaration"


class DeggendorfParameters(_Declared):
    """No illegal State aid still to be paid back."""

    kind: Literal["deggendorf"]
    declaration: Answer = "no_deggendorf"
    verified_by: Literal["declaration", "officer"] = "officer"


class DoubleFundingParameters(_Declared):
    """The same services are not paid by another aid."""

    kind: Literal["double_funding"]
    declaration: Answer = "no_double_funding"
    verified_by: Literal["declaration", "officer"] = "declaration"


class DeclarationParameters(_Declared):
    """Any other statement."""

    kind: Literal["declaration"]
    verified_by: Literal["declaration", "officer"] = "declaration"


class DurcParameters(Frozen):
    """Social contributions regular: declared, or recorded by an officer with its day, good for `valid_days`."""

    kind: Literal["durc"]
    declaration: Answer = "durc"
    valid_days: int = Field(default=120, ge=1)


class NatcatDue(Frozen):
    """From `since` on, firms of this size must be insured."""

    size: Size
    since: date


class NatcatPolicyParameters(Frozen):
    """Insured against natural catastrophes, by size and date (L. 213/2023 art. 1 c. 101).

    `insurer`, `number`, `expires_on`, `exempt`: keys of the answers; `certificate`: key of the document, if asked for.
    """

    kind: Literal["natcat_policy"]
    due: list[NatcatDue] = Field(min_length=1)
    insurer: Answer = "policy_insurer"
    number: Answer = "policy_number"
    expires_on: Answer = "policy_expires_on"
    exempt: Answer = "policy_exempt"
    certificate: Answer | None = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({row.size for row in self.due}) != len(self.due):
            msg = "a size stands twice in due"
            raise ValueError(msg)
        return self


class DeMinimisParameters(Frozen):
    """Reg. (EU) 2023/2831: with the new aid, at most `ceiling_eur` to a single undertaking in `years` rolling years.

    `amount_eur`: the new aid; None: the call's unit value. What happens on overflow is said by the call's budget.
    """

    kind: Literal["de_minimis"]
    ceiling_eur: Decimal = Field(default=Decimal(300_000), gt=0)
    years: int = Field(default=3, ge=1)
    amount_eur: Decimal | None = Field(default=None, gt=0)


class OneApplicationParameters(Frozen):
    """One application a firm: the first counts."""

    kind: Literal["one_application"]


class LinkedApplicantsParameters(Frozen):
    """Of firms linked, or with the same directors or shareholders, the first application counts."""

    kind: Literal["linked_applicants"]
    on_link: Literal["to_verify", "fail"] = "to_verify"


class ExportShareParameters(Frozen):
    """Export over turnover, in percent: at least `min_pct`, at most `max_pct`."""

    kind: Literal["export_share"]
    answer: Answer = "export_share_pct"
    min_pct: Decimal | None = Field(default=None, ge=0, le=100)
    max_pct: Decimal | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _a_limit(self) -> Self:
        if self.min_pct is None and self.max_pct is None:
            msg = "min_pct or max_pct is needed"
            raise ValueError(msg)
        if self.min_pct is not None and self.max_pct is not None and self.min_pct > self.max_pct:
            msg = "min_pct is above max_pct"
            raise ValueError(msg)
        return self


Parameters = Annotated[
    SizeParameters
    | AtecoExcludedParameters
    | AtecoIncludedParameters
    | TerritoryParameters
    | RegistrationParameters
    | AnnualFeeParameters
    | InsolvencyParameters
    | AntimafiaParameters
    | ProcurementBarParameters
    | DurcParameters
    | NatcatPolicyParameters
    | DeggendorfParameters
    | DoubleFundingParameters
    | DeMinimisParameters
    | OneApplicationParameters
    | LinkedApplicantsParameters
    | ExportShareParameters
    | DeclarationParameters,
    Field(discriminator="kind"),
]
