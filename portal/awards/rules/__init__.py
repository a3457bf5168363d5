"""Rules of the awards: the single undertaking, its ledger, deadlines, what may follow what. Pure."""
