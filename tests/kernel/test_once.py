"""What is worked out once of a thing that never changes."""

import gc

from portal.kernel.once import once


class Thing:
    """Something without a hash."""

    __hash__ = None

    def __init__(self, name):
        self.name = name


def test_it_is_worked_out_once_for_each_thing_and_forgotten_with_it():
    asked = []

    @once
    def length(thing):
        asked.append(thing.name)
        return len(thing.name)

    first, other = Thing("due"), Thing("dieci")
    assert [length(first), length(other), length(first)] == [3, 5, 3]
    assert asked == ["due", "dieci"]

    known = length.__closure__[1].cell_contents
    assert isinstance(known, dict)
    del first
    gc.collect()
    assert list(known.values()) == [5]
