"""Owns setting up and running: environment, servers, processes; `make` calls it.

Everything but `doctor` and `gunicorn_conf` is standard library only, since it runs before anything is installed.
It knows commands and addresses, never a table or a page.
"""
