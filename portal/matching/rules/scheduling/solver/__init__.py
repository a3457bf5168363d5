"""The solver: the only part of the portal that loads OR-Tools. Import it in workers and commands, never in a page."""
