"""The verbs of the matching, by what they are about: `service.events.create(...)`."""
