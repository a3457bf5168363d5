"""What is wrong with a call's YAML, in words, it and en."""

# ruff: noqa: E501 - a table of words

from typing import Final

from portal.kernel.text import Text

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "yaml": ("non è YAML ben scritto ({0})", "not well-formed YAML ({0})"),
    "not_a_mapping": ("un bando è fatto di coppie «chiave: valore»", "a call is made of `key: value` pairs"),
    "not_utf8": ("il testo non è in UTF-8", "the text is not UTF-8"),
    "too_long": ("il file supera 1 MB: non è un bando", "the file is over 1 MB: it is not a call"),
    "too_deep": ("troppi livelli uno dentro l'altro", "nested too deeply"),
    "anchor": ("ancore (&) e rinvii (*) non si usano: ripeti il valore", "anchors (&) and aliases (*) are not used: repeat the value"),
    "odd_key": ("una chiave dev'essere una parola", "a key must be a word"),
    "twice": ("questa chiave c'è due volte", "this key stands twice"),
    "odd_value": ("valore non leggibile: {0}", "unreadable value: {0}"),
    "missing": ("manca questo campo obbligatorio", "this required field is missing"),
    "extra_forbidden": ("questo campo non esiste: controlla come è scritto", "there is no such field: check its spelling"),
    "string_type": ("dev'essere un testo: se è un numero, mettilo tra virgolette", "must be text: if it is a number, put it in quotes"),
    "string_pattern_mismatch": ("non ha la forma prevista ({pattern})", "does not have the form expected ({pattern})"),
    "string_too_short": ("non può essere vuoto", "must not be empty"),
    "string_too_long": ("è più lungo di {max_length} caratteri", "is longer than {max_length} characters"),
    "enum": ("non è tra i valori ammessi: {expected}", "is not one of {expected}"),
    "literal_error": ("non è tra i valori ammessi: {expected}", "is not one of {expected}"),
    "union_tag_invalid": ("tipo di regola sconosciuto; ammessi: {expected_tags}", "unknown kind of rule; known are {expected_tags}"),
    "union_tag_not_found": ("manca `kind`, il tipo di regola", "`kind` is missing: which rule is it?"),
    "decimal_parsing": ("dev'essere un numero", "must be a number"),
    "decimal_type": ("dev'essere un numero", "must be a number"),
    "decimal_max_places": ("ha più di {decimal_places} decimali", "has more than {decimal_places} decimals"),
    "int_parsing": ("dev'essere un numero intero", "must be a whole number"),
    "int_type": ("dev'essere un numero intero", "must be a whole number"),
    "int_from_float": ("dev'essere un numero intero", "must be a whole number"),
    "bool_parsing": ("dev'essere true o false", "must be true or false"),
    "bool_type": ("dev'essere true o false", "must be true or false"),
    "greater_than": ("dev'essere maggiore di {gt}", "must be more than {gt}"),
    "greater_than_equal": ("dev'essere almeno {ge}", "must be at least {ge}"),
    "less_than_equal": ("può essere al massimo {le}", "must be at most {le}"),
    "too_short": ("ne serve almeno {min_length}", "at least {min_length} needed"),
    "list_type": ("dev'essere un elenco", "must be a list"),
    "model_type": ("dev'essere un gruppo di «chiave: valore»", "must be a group of `key: value` pairs"),
    "dict_type": ("dev'essere un gruppo di «chiave: valore»", "must be a group of `key: value` pairs"),
    "datetime_from_date_parsing": ("dev'essere una data con ora e fuso, come 2025-11-03T11:00:00+01:00", "must be a date with hour and zone, such as 2025-11-03T11:00:00+01:00"),
    "datetime_parsing": ("dev'essere una data con ora e fuso, come 2025-11-03T11:00:00+01:00", "must be a date with hour and zone, such as 2025-11-03T11:00:00+01:00"),
    "datetime_type": ("dev'essere una data con ora e fuso, come 2025-11-03T11:00:00+01:00", "must be a date with hour and zone, such as 2025-11-03T11:00:00+01:00"),
    "timezone_aware": ("manca il fuso orario, come +01:00", "the time zone is missing, such as +01:00"),
    "date_from_datetime_parsing": ("dev'essere una data, come 2025-12-31", "must be a date, such as 2025-12-31"),
    "date_parsing": ("dev'essere una data, come 2025-12-31", "must be a date, such as 2025-12-31"),
    "date_type": ("dev'essere una data, come 2025-12-31", "must be a date, such as 2025-12-31"),
}  # fmt: skip
_OTHER = ("valore non ammesso ({0})", "not allowed ({0})")


def wrong(kind: str, detail: str = "", /, **facts: object) -> Text:
    """The complaint of that kind; `detail` is what a machine said, for kinds that have no words of their own."""
    it, en = _WORDS.get(kind, _OTHER)
    detail = detail.removeprefix("Value error, ")
    return Text(it=it.format(detail, **facts), en=en.format(detail, **facts))
