"""What is worked out once of a thing that never changes."""

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")


def once(function: Callable[[Thing], Found]) -> Callable[[Thing], Found]:
    """Remember what `function` says of each thing for as long as the thing lives.

    For things that never change and have no hash, as a call's content. A copy is another thing.
    """
    known: dict[int, Found] = {}

    @wraps(function)
    def remembered(thing: Thing) -> Found:
        key = id(thing)
        if key not in known:
            found = function(thing)
            weakref.finalize(thing, known.pop, key, None).atexit = False
            known[key] = found
            return found
        return known[key]

    return remembered
