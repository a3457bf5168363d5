"""The other side of each pair: bare Flask with a Jinja page of the same bytes, and the same writes without the rest.

BARE_PAGES: a folder of pages. DATABASE_URL: where to write, when asked to.
"""

import json
import os
from pathlib import Path

from flask import Flask, redirect, render_template, request
from jinja2 import DictLoader
from sqlalchemy import create_engine, text

PAGE = "{% for line in lines %}{{ line|safe }}{% endfor %}"
TABLES = """
CREATE TABLE IF NOT EXISTS bare_applications (id text PRIMARY KEY, status text, sha256 text, content jsonb,
  arrival bigint UNIQUE, submitted_at timestamptz);
CREATE TABLE IF NOT EXISTS bare_answers (application_id text, key text, value jsonb, PRIMARY KEY (application_id, key));
CREATE TABLE IF NOT EXISTS bare_audit (id bigserial PRIMARY KEY, at timestamptz, action text, subject text,
  detail jsonb);
CREATE TABLE IF NOT EXISTS bare_envelopes (id bigserial PRIMARY KEY, name text, payload jsonb);
CREATE SEQUENCE IF NOT EXISTS bare_arrivals;
"""
SAVE = text(
    "INSERT INTO bare_answers SELECT :id, key, value FROM jsonb_each(CAST(:answers AS jsonb))"
    " ON CONFLICT (application_id, key) DO UPDATE SET value = excluded.value"
)
FREEZE = text(
    "INSERT INTO bare_applications (id, status, sha256, content)"
    " SELECT :id, 'draft', md5(:id), jsonb_object_agg(key, value) FROM bare_answers WHERE application_id = :id"
)
SUBMIT = text(
    "UPDATE bare_applications SET status = 'submitted', submitted_at = clock_timestamp(),"
    " arrival = nextval('bare_arrivals') WHERE id = :id AND status = 'draft'"
)
AUDIT = text("INSERT INTO bare_audit (at, action, subject, detail) VALUES (now(), 'submitted', :id, '{}')")
EMIT = text(
    "INSERT INTO bare_envelopes (name, payload) VALUES ('submitted', jsonb_build_object('id', CAST(:id AS text)))"
)


def pages() -> Flask:
    """Serves each page of the folder through Jinja."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"page.html": PAGE})
    folder = Path(os.environ["BARE_PAGES"])
    known = {path.stem: path.read_text().splitlines(keepends=True) for path in folder.glob("*.html")}

    @app.get("/<name>")
    def page(name: str) -> str:
        return render_template("page.html", lines=known[name])

    return app


def flow() -> Flask:
    """Serves the pages, and the five requests of a submission with the writes that each can't do without."""
    app = pages()
    engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"), pool_size=10)
    with engine.begin() as connection:
        for statement in TABLES.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    engine.dispose()

    @app.post("/<application>/save")
    def save(application: str) -> object:
        with engine.begin() as connection:
            connection.execute(SAVE, {"id": application, "answers": json.dumps(request.form.to_dict())})
        return redirect("/sent", 303)

    @app.post("/<application>/freeze")
    def freeze(application: str) -> object:
        with engine.begin() as connection:
            connection.execute(FREEZE, {"id": application})
        return redirect("/sent", 303)

    @app.post("/<application>/submit")
    def submit(application: str) -> object:
        with engine.begin() as connection:
            for statement in (SUBMIT, AUDIT, EMIT):
                connection.execute(statement, {"id": application})
        return redirect("/sent", 303)

    return app
