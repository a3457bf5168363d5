"""Pages of the matching: each module has a blueprint, `bp`; a line each, so that two may add theirs at once."""

from portal.matching.views import (
    agenda,
    buyer,
    figures,
    firms,
    leaving,
    lists,
    logos,
    office,
    outcomes,
    personal,
    search,
)

blueprints = (
    agenda.bp,
    buyer.bp,
    figures.bp,
    firms.bp,
    leaving.bp,
    lists.bp,
    logos.bp,
    office.bp,
    outcomes.bp,
    personal.bp,
    search.bp,
)
