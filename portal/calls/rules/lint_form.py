"""Lint of the form and of the documents: conditions, limits, what fills a field."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from portal.calls.rules.content import CallContent, Condition, FieldType, FormField
from portal.calls.rules.findings import Finding, error
from portal.calls.rules.profile_paths import LISTS, SINGLE

WRITTEN = {FieldType.TEXT, FieldType.LONGTEXT}
NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT}
CHOSEN = {FieldType.CHOICE, FieldType.CHOICES}


def check(content: CallContent) -> Iterator[Finding]:
    """Every finding about fields and documents."""
    fields = {field.key: field for field in content.form.fields()}
    asked: set[str] = set()
    for field in content.form.fields():
        yield from _field(field, f"form.{field.key}")
        if field.condition:
            yield from _condition(field.condition, fields, f"form.{field.key}")
            if field.condition.field in fields and field.condition.field not in asked:
                yield error(
                    f"form.{field.key}",
                    f"dipende da «{field.condition.field}», che viene chiesto dopo",
                    f"it depends on `{field.condition.field}`, which is asked later",
                )
        asked.add(field.key)
    for document in content.documents:
        if document.condition:
            yield from _condition(document.condition, fields, f"documents.{document.key}")
        if document.signed and not content.signature:
            yield error(
                f"documents.{document.key}",
                "va firmato, ma nessun formato di firma è ammesso",
                "it must be signed, but no format of signature is admitted",
            )
        if document.signed and not {"pdf", "p7m"} & set(document.formats):
            yield error(
                f"documents.{document.key}",
                "va firmato, ma nessuno dei formati ammessi si firma",
                "it must be signed, but none of its formats can be",
            )
    yield from _pathway(content, fields.get("pathway"))


def _field(field: FormField, where: str) -> Iterator[Finding]:
    if field.max_length and field.type not in WRITTEN:
        yield error(where, "max_length vale solo per i testi", "max_length is only for texts")
    if (field.min is not None or field.max is not None) and field.type not in NUMBERS | {FieldType.DATE}:
        yield error(where, "min e max valgono solo per numeri e date", "min and max are only for numbers and dates")
    if _is_reversed(field):
        yield error(where, "il minimo supera il massimo", "the minimum is above the maximum")
    if field.min_rows > field.max_rows:
        yield error(where, "le righe minime sono più delle massime", "min_rows is above max_rows")
    yield from _names(field, where)
    yield from _prefill(field, where)


def _is_reversed(field: FormField) -> bool:
    match field.min, field.max:
        case (Decimal() as least, Decimal() as most):
            return least > most
        case (date() as first, date() as last):
            return first > last
        case (None, _) | (_, None):
            return False
    return True


def _names(field: FormField, where: str) -> Iterator[Finding]:
    for key, times in Counter(option.key for option in field.options).items():
        if times > 1:
            yield error(where, f"la risposta «{key}» c'è {times} volte", f"the option `{key}` stands {times} times")
    for key, times in Counter(column.key for column in field.columns).items():
        if times > 1:
            yield error(where, f"la colonna «{key}» c'è {times} volte", f"the column `{key}` stands {times} times")
    for column in field.columns:
        if column.type is FieldType.TABLE or column.condition or column.prefill:
            yield error(
                f"{where}.{column.key}",
                "una colonna non è una tabella, non ha condizioni e si compila con la sua riga",
                "a column is no table, has no condition and is filled with its row",
            )


def _prefill(field: FormField, where: str) -> Iterator[Finding]:
    if field.prefill is None:
        return
    if field.type is not FieldType.TABLE:
        if field.prefill not in SINGLE:
            yield error(
                where,
                f"il profilo dell'impresa non ha «{field.prefill}»",
                f"the firm's profile has no `{field.prefill}`",
            )
    elif field.prefill not in LISTS:
        yield error(
            where,
            f"il profilo dell'impresa non ha l'elenco «{field.prefill}»",
            f"the firm's profile has no list `{field.prefill}`",
        )
    elif (names := LISTS[field.prefill]) and not names & {column.key for column in field.columns}:
        yield error(
            where,
            f"nessuna colonna si chiama come una di «{field.prefill}»: {', '.join(sorted(names))}",
            f"no column is named as one of `{field.prefill}`: {', '.join(sorted(names))}",
        )


def _condition(condition: Condition, fields: dict[str, FormField], where: str) -> Iterator[Finding]:
    field = fields.get(condition.field)
    if field is None:
        yield error(
            where,
            f"dipende da «{condition.field}», che nel modulo non c'è",
            f"it depends on `{condition.field}`, which the form does not have",
        )
        return
    if field.type is FieldType.BOOLEAN:
        wrong: list[str | bool] = [value for value in condition.any_of if not isinstance(value, bool)]
    elif field.type in CHOSEN:
        known = {option.key for option in field.options}
        wrong = [value for value in condition.any_of if value not in known]
    else:
        yield error(
            where,
            f"dipende da «{condition.field}», che non è una scelta né un sì o no",
            f"it depends on `{condition.field}`, which is neither a choice nor a yes or no",
        )
        return
    for value in wrong:
        yield error(
            where, f"«{condition.field}» non può valere «{value}»", f"`{condition.field}` can never be `{value}`"
        )


def _pathway(content: CallContent, field: FormField | None) -> Iterator[Finding]:
    wanted = {pathway.key for pathway in content.pathways}
    offered = {option.key for option in field.options} if field else set()
    if wanted != offered or (field and field.type is not FieldType.CHOICE):
        yield error(
            "form.pathway",
            "le risposte del campo «pathway» devono essere esattamente i percorsi del bando",
            "the options of the field `pathway` must be exactly the call's pathways",
        )
