"""What every page shares: forms, guards, filters, languages, headers, errors, health.

It owns no facts: it sits below all slices and knows none of them.
"""
