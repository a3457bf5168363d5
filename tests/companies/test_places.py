"""Municipalities, provinces, regions."""

from portal.companies.rules import places


def test_search_is_deaf_to_accents_and_prefers_beginnings():
    assert [place.label for place in places.search("cantu")] == ["Cantù (CO)"]
    assert [place.name for place in places.search("Livo")][:2] == ["Livo", "Livo"]
    assert [place.label for place in places.search("livo", province="CO")] == ["Livo (CO)"]
    assert places.search("  ") == []


def test_find_by_code_and_by_name():
    milan = places.find("015146")
    assert (milan.label, milan.region, milan.cadastral) == ("Milano (MI)", "Lombardia", "F205")
    assert places.find("999999") is None
    assert places.find_by_name("milano") == milan
    assert places.find_by_name("Livo") is None
    assert places.find_by_name("Livo", "TN").code == "022106"


def test_regions():
    assert places.region_of("BG") == "Lombardia"
    assert places.region_of("XX") is None
    assert len(places.provinces_of("Lombardia")) == 12
