"""Pages of the matching: each module has a blueprint, `bp`; a line each, so that two may add theirs at once."""

from portal.matching.views import (
    agenda,
    buyer,
    firms,
    lists,
    office,
    personal,
    search,
)

blueprints = (
    agenda.bp,
    buyer.bp,
    firms.bp,
    lists.bp,
    office.bp,
    personal.bp,
    search.bp,
)
