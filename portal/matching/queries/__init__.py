"""Every SELECT of the matching."""
