"""How typed words are compared: no accents, no capitals, one kind of apostrophe."""

import unicodedata


def fold(text: str) -> str:
    """`Cantù` -> `cantu`, `Sant’Angelo` -> `sant'angelo`."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
