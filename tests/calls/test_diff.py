"""What changed, in words."""

from portal.calls.rules.content import CallContent
from portal.calls.rules.diff import Kind, Piece, diff, pieces
from portal.calls.rules.yaml_io import shipped
from tests.factories.calls import MISURA, UZBEKISTAN


def changed(change) -> CallContent:
    raw = shipped(MISURA).model_dump(mode="json")
    change(raw)
    return CallContent.model_validate(raw)


def said(change) -> list[tuple[Kind, str, str]]:
    return [
        (each.kind, each.where, "".join(f"[{piece.how}:{piece.text}]" for piece in each.pieces))
        for each in diff(shipped(MISURA), changed(change))
    ]


def test_the_same_call_has_no_difference():
    assert diff(shipped(MISURA), shipped(MISURA)) == []


def test_a_number():
    assert said(lambda c: c["days"].update(acceptance=10)) == [(Kind.CHANGED, "days › acceptance", "[gone:7][new:10]")]


def test_a_word_in_a_text():
    (_kind, where, text), *_rest = said(
        lambda c: c["summary"].update(it=c["summary"]["it"].replace("gratuito", "finanziato"))
    )
    assert where == "summary › it"
    assert "[gone:gratuito][new:finanziato]" in text


def test_members_are_known_by_their_keys_not_by_their_places():
    kept = said(lambda c: c["documents"].pop(0))
    assert [(kind, where) for kind, where, _text in kept] == [(Kind.REMOVED, "documents › application_signed")]


def test_a_new_member():
    new = {"key": "japan", "title": {"it": "Giappone", "en": "Japan"}, "countries": ["JP"], "places": 5}
    ((kind, where, text),) = said(lambda c: c["pathways"].append(new))
    assert (kind, where) == (Kind.ADDED, "pathways › japan")
    assert "it: Giappone" in text


def test_another_order_is_a_difference():
    found = said(lambda c: c["pathways"].reverse())
    assert [(kind, where) for kind, where, _text in found] == [(Kind.CHANGED, "pathways › order")]


def test_a_value_that_comes_or_goes():
    assert said(lambda c: c["budget"].update(cup="E12")) == [(Kind.ADDED, "budget › cup", "[new:E12]")]
    assert said(lambda c: c["contacts"].update(pec=None))[0][:2] == (Kind.REMOVED, "contacts › pec")


def test_two_calls_differ_in_a_bounded_number_of_lines():
    assert 20 < len(diff(shipped(MISURA), shipped(UZBEKISTAN))) < 400


def test_what_stayed_is_shown_only_around_what_changed():
    stayed = "parola " * 60
    assert pieces(f"{stayed}vecchia", f"{stayed}nuova") == (
        Piece("same", f" … {stayed[-80:]}"),
        Piece("gone", "vecchia"),
        Piece("new", "nuova"),
    )
