"""The other side of each pair: bare Flask with a Jinja page of the same bytes, or the same form and the same rows.

What one would write by hand with Flask, Flask-WTF, Jinja and SQL. BARE_PAGES: a folder of pages; of `form.html` and
`send.html` only the frame is used, their form is rendered anew. DATABASE_URL: where to write, when asked to.
"""

import json
import os
from pathlib import Path

from flask import Flask, redirect, render_template
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import DictLoader
from sqlalchemy import Engine, create_engine, text
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

PAGE = "{% for line in lines %}{{ line|safe }}{% endfor %}"
FORM = """{{ before|safe }}<form class="sheet" method="post" novalidate>{{ form.csrf_token }}
{% for field in form if field.type != 'CSRFTokenField' %}
<div class="question"><div class="field{{ ' field--wrong' if field.errors }}">
{{ field.label(class_='field__label') }}
<p class="field__hint" id="{{ field.id }}-hint">{{ field.description }}</p>
{% for error in field.errors %}<p class="field__error">{{ error }}</p>{% endfor %}
<div class="field__box">{{ field(class_='form-control', aria_describedby=field.id ~ '-hint') }}</div>
</div></div>
{% endfor %}
<button class="btn btn-primary" type="submit">Salva e continua</button></form>{{ after|safe }}"""
SEND = """{{ before|safe }}<form method="post">{{ form.csrf_token }}{{ form.sha256 }}
<button class="btn btn-primary" type="submit">Invia la domanda</button></form>{{ after|safe }}"""
FIELDS, SIZE = 20, 4000
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
    "INSERT INTO bare_applications (id, status, content, sha256)"
    " SELECT :id, 'draft', content, encode(sha256(convert_to(content::text, 'UTF8')), 'hex')"
    " FROM (SELECT jsonb_object_agg(key, value) AS content FROM bare_answers WHERE application_id = :id) AS answers"
)
SEEN = text("SELECT sha256 FROM bare_applications WHERE id = :id")
SUBMIT = text(
    "UPDATE bare_applications SET status = 'submitted', submitted_at = clock_timestamp(),"
    " arrival = nextval('bare_arrivals') WHERE id = :id AND status = 'draft' AND sha256 = :sha256"
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


class Blank(FlaskForm):
    """The form of the measured section, without its fields."""


class Send(FlaskForm):
    """What sending sends."""

    sha256 = HiddenField(validators=[InputRequired()])


def form_class() -> type[FlaskForm]:
    """The same twenty texts of 4 kB."""
    checks = [InputRequired(), Length(max=SIZE)]
    hint = f"Al massimo {SIZE} caratteri."
    fields = {
        f"f_text_{number}": TextAreaField(f"Testo {number}", description=hint, validators=checks)
        for number in range(FIELDS)
    }
    return type("Texts", (Blank,), fields)


def tables() -> Engine:
    """The database, with the bare tables in it; connections are each process's own."""
    engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"), pool_size=10)
    with engine.begin() as connection:
        for statement in TABLES.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    engine.dispose()
    return engine


def flow() -> Flask:
    """The five requests of a submission: the form, its saving, the freezing, the page that sends, the sending."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"form.html": FORM, "send.html": SEND})
    app.config.update(SECRET_KEY="0" * 32, MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024)
    CSRFProtect(app)
    folder, texts = Path(os.environ["BARE_PAGES"]), form_class()
    frames = {name: frame((folder / f"{name}.html").read_text()) for name in ("form", "send")}
    engine = tables()

    @app.route("/<application>/form", methods=["GET", "POST"])
    def form(application: str) -> object:
        page = texts()
        if page.validate_on_submit():
            typed = {name: value for name, value in page.data.items() if name != "csrf_token"}
            with engine.begin() as connection:
                connection.execute(SAVE, {"id": application, "answers": json.dumps(typed)})
            return redirect("/sent", 303)
        return render_template("form.html", form=page, **frames["form"])

    @app.post("/<application>/freeze")
    def freeze(application: str) -> object:
        with engine.begin() as connection:
            connection.execute(FREEZE, {"id": application})
        return redirect("/sent", 303)

    @app.route("/<application>/send", methods=["GET", "POST"])
    def send(application: str) -> object:
        page = Send()
        if page.validate_on_submit():
            given = {"id": application, "sha256": page.sha256.data}
            with engine.begin() as connection:
                for statement in (SUBMIT, AUDIT, EMIT):
                    connection.execute(statement, given)
            return redirect("/sent", 303)
        with engine.connect() as connection:
            page.sha256.data = connection.execute(SEEN, {"id": application}).scalar_one()
        return render_template("send.html", form=page, **frames["send"])

    return app


def frame(page: str) -> dict[str, str]:
    """What stands before and after the form in the main part of a page."""
    main = page.index("<main")
    begin, end = page.index("<form", main), page.rindex("</form>") + len("</form>")
    return {"before": page[:begin], "after": page[end:]}
