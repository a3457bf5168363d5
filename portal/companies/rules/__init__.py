"""Pure decisions about companies: size, activity, place."""
