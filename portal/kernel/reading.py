"""Reading a JSON document from outside: the model, or one sentence that names the field."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
LONGEST = 5_000_000


class Unreadable(ValueError):
    """What was read is not the document wanted; the message is one sentence, with the field where there is one."""


def read(model: type[Model], content: bytes) -> Model:
    """The document in `content`. Raises Unreadable."""
    if len(content) > LONGEST:
        msg = f"the document is longer than {LONGEST} bytes"
        raise Unreadable(msg)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise Unreadable(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    """The first fault, by where it stands."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    where = ".".join(str(step) for step in fault["loc"])
    what = fault["msg"].removeprefix("Value error, ")
    return f"{where}: {what}{more}" if where else f"{what}{more}"
