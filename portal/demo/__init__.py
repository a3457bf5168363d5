"""The demonstration: plausible firms that go through the services, as people would.

Not here: any row written by hand; what a person could not do, the demonstration does not.
"""
