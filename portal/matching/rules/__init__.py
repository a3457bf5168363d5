"""Rules of the matching."""
