"""Words that every slice uses: base classes, values, time, outbox, refusals.

Knows no Flask route and no slice; admits only what three slices need.
"""
