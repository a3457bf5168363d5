"""Portale Export: export-support programmes from the call to the report."""
