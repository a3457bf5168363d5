"""A firm's profile: begun from what the portal knows, typed in rows, whole before it is sent."""

import pytest
from werkzeug.datastructures import MultiDict

from portal.matching.forms.firms import FirmProfileForm
from portal.matching.rules.presenting import begun, lacks
from portal.matching.rules.profiles import FirmProfile, PartnerType, Product, SupplierType

ANSWERS = {
    "products": [
        {"name": "Asciugatoi  industriali", "hs_code": "8451.29"},
        {"name": "Doppio", "hs_code": "845129"},
        {"name": "Ignoto", "hs_code": "999999"},
        {"name": "Senza codice"},
    ],
    "staff_languages": ["italian", "english", "other", "russian"],
    "certifications": "ISO 9001, OEKO-TEX; Halal",
    "contact_name": "Anna Rossi",
    "contact_email": "anna@impresa.example",
}


def test_a_profile_begins_with_what_is_known():
    profile = begun(
        answers=ANSWERS, divisions=["28", "13"], phone="02 123", representatives=[("Carlo Bo", "CEO"), ("Lia", "")]
    )
    assert profile.products == (Product(hs="845129", name="Asciugatoi industriali"),)
    assert profile.languages == ("it", "en", "ru")
    assert profile.certifications == ("ISO 9001", "OEKO-TEX", "Halal")
    assert profile.kinds == (SupplierType.MACHINERY_MAKER, SupplierType.PRODUCER)
    assert (profile.contact.name, profile.contact.phone) == ("Anna Rossi", "02 123")
    assert [(one.name, one.role) for one in profile.delegates] == [("Carlo Bo", "CEO")]


@pytest.mark.parametrize("answers", [{}, {"products": "x", "staff_languages": 3}, {"products": [None, 4]}])
def test_answers_of_any_shape_break_nothing(answers):
    assert begun(answers=answers, divisions=[], phone=None, representatives=[]) == FirmProfile()


def test_what_is_lacking_is_said_field_by_field():
    assert [one.field for one in lacks(FirmProfile())] == [
        "description", "products", "languages", "partner_types", "delegates",
    ]  # fmt: skip


def typed(app, **fields):
    """The form as a browser sends it."""
    with app.test_request_context(method="POST", data=MultiDict(fields)):
        form = FirmProfileForm(meta={"csrf": False})
        return form, form.validate()


def test_rows_lines_and_countries_become_a_profile(app):
    form, is_good = typed(
        app,
        **{"description": "Dryers.", "products-0-hs": "84.51", "products-0-name": "Dryers", "products-1-hs": ""},
        certifications=" ISO\x00 9001 \n\nHalal\nHalal",
        markets="uzbekistan, KZ",
        partner_types="importer",
        **{"delegates-0-name": "Anna Rossi", "delegates-0-email": "anna@impresa.example"},
    )
    assert (is_good, form.summary) == (True, [])
    profile = form.profile()
    assert profile.products == (Product(hs="8451", name="Dryers"),)
    assert (profile.markets, profile.certifications) == (("UZ", "KZ"), ("ISO 9001", "Halal"))
    assert profile.partner_types == (PartnerType.IMPORTER,)
    assert [one.name for one in profile.delegates] == ["Anna Rossi"]


def test_what_is_wrong_is_said_beside_its_field_and_kept(app):
    form, is_good = typed(
        app,
        **{"products-0-hs": "zzz", "products-1-name": "Dryers", "markets": "Atlantide", "delegates-0-role": "CEO"},
        contact_email="nessuno",
        certifications="\n".join(map(str, range(30))),
        kinds="re",
    )
    assert is_good is False
    assert form.products[0].form.hs._value() == "zzz"
    assert form.products[1].form.hs.errors == ["Manca il codice HS di questo prodotto."]
    assert form.delegates[0].form.name.errors == ["Manca il nome di questa persona."]
    assert form.markets.errors == ["«Atlantide» non è un Paese: scrivi i nomi separati da virgole."]
    assert {field.name for field in (form.contact_email, form.certifications, form.kinds) if field.errors} == {
        "contact_email", "certifications", "kinds",
    }  # fmt: skip


def test_a_profile_comes_back_from_the_form_as_it_went_in(app):
    profile = begun(answers=ANSWERS, divisions=["28"], phone="", representatives=[("Carlo Bo", "CEO")])
    profile = profile.model_copy(update={"markets": ("UZ",), "brands": ("Asciuga",), "seeks": "Importers."})
    with app.test_request_context():
        form = FirmProfileForm(formdata=None, data=FirmProfileForm.values(profile), meta={"csrf": False})
        assert form.profile() == profile
