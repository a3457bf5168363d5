"""Valid rows for tests, one file a slice."""
