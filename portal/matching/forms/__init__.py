"""Shapes of what people write about matching: a module a page."""
