"""Tasks: one line of work each. Open a transaction, call one service."""
