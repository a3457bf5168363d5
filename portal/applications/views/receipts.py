"""Papers of an application, and the verification of a receipt by anyone."""

import re
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import db
from portal.applications import queries
from portal.applications.forms import VerifyForm
from portal.applications.forms.others import normal
from portal.applications.models import Application
from portal.applications.rules import is_handed_in
from portal.applications.service import papers
from portal.applications.views.shared import bp, own
from portal.calls import queries as calls
from portal.documents import downloads, rendering
from portal.kernel.clock import utcnow
from portal.kernel.text import Language
from portal.kernel.values import compact
from portal.web.filters import tr
from portal.web.guards import found, requires_company
from portal.web.language import current

PDF = "application/pdf"


@bp.get("/area/domande/<uuid:application_id>/ricevuta")
@requires_company
def receipt(application_id: UUID) -> ResponseReturnValue:
    """The proof that it was handed in."""
    folder = own(application_id)
    found(folder.application.receipt_code)
    address = f"{current_app.config['PUBLIC_URL']}/ricevute/{folder.application.receipt_code}"
    drawn = re.sub(r'width="(\d+)" height="(\d+)"', r'viewBox="0 0 \1 \2"', rendering.qr_svg(address), count=1)
    qr = Markup(drawn)  # noqa: S704 - made by us from our own address
    return render_template("applications/receipt.html", folder=folder, address=address, qr=qr)


@bp.get("/area/domande/<uuid:application_id>/ricevuta.pdf")
@requires_company
def receipt_pdf(application_id: UUID) -> ResponseReturnValue:
    """The same, to keep."""
    folder = own(application_id)
    application, lang = folder.application, _lang()
    found(application.receipt_code)
    public_url = current_app.config["PUBLIC_URL"]
    paper = papers.receipt(application, folder.content, public_url=public_url, lang=lang)
    pdf = rendering.render(paper, lang=lang, at=application.submitted_at or utcnow())
    return downloads.send(pdf, name=f"ricevuta-{application.protocol}.pdf", media_type=PDF)


@bp.get("/area/domande/<uuid:application_id>/anteprima.pdf")
@requires_company
def preview(application_id: UUID) -> ResponseReturnValue:
    """The whole application, at any time."""
    folder, now, lang = own(application_id), utcnow(), _lang()
    asked = queries.requests_of(db.session(), [application_id])[application_id]
    pdf = rendering.render(papers.sheet(folder, at=now, lang=lang, asked=asked), lang=lang, at=now)
    name = folder.application.protocol or ("domanda" if is_handed_in(folder.application.status) else "bozza")
    return downloads.send(pdf, name=f"domanda-{folder.content.slug}-{name}.pdf", media_type=PDF)


@bp.get("/ricevute")
def verify() -> ResponseReturnValue:
    """Ask for a receipt's code."""
    form = VerifyForm(request.args if "code" in request.args else None, meta={"csrf": False})
    if "code" not in request.args:
        return render_template("applications/verify.html", form=form)
    if form.validate():
        return redirect(url_for(".verified", code=form.code.data), 303)
    return render_template("applications/verify.html", form=form), 422


@bp.get("/ricevute/<code>")
def verified(code: str) -> ResponseReturnValue:
    """What anyone who holds a receipt may check; nothing is shown that it doesn't say."""
    if normal(code) != code:
        return redirect(url_for(".verified", code=normal(code) or "-"), 303) if normal(code) else _unknown(code)
    application = queries.find_receipt(db.session(), code)
    if application is None:
        return _unknown(code)
    typed = request.args.get("confronta", "").strip()[:200]
    return render_template(
        "applications/verified.html",
        application=application,
        title=tr(calls.content_by_id(db.session(), application.version_id).title),
        typed=typed,
        matches=_compare(application, typed),
    )


def _unknown(code: str) -> ResponseReturnValue:
    form = VerifyForm(None, meta={"csrf": False})
    form.code.data = code[:40]
    return render_template("applications/verify.html", form=form, unknown=code[:40]), 404


def _compare(application: Application, typed: str) -> bool | None:
    """Whether what was typed is the receipt's hash or the firm's VAT number; None for neither."""
    bare = compact(typed)
    if re.fullmatch(r"[0-9A-F]{64}", bare):
        return bare.lower() == application.sha256
    if re.fullmatch(r"(IT)?[0-9]{11}", bare):
        return bare.removeprefix("IT") == application.company.vat
    return None


def _lang() -> Language:
    return "en" if current() == "en" else "it"
