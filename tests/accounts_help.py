"""What tests of every slice need of accounts: a signed-in browser."""

import re

from flask.testing import FlaskClient

from portal import db
from portal.accounts.models import User
from portal.accounts.service.sessions import open_session
from portal.kernel.clock import utcnow

TOKEN = re.compile(r'name="csrf_token"[^>]*\bvalue="([^"]+)"')


def sign_in(client: FlaskClient, user: User, *, company_id=None) -> FlaskClient:
    """Sign `user` in without the page and its slow hash; commits what was made so far.

    `company_id`: the firm to act for, where the user has several.
    """
    session = db.session()
    token = open_session(session, user, now=utcnow(), company_id=company_id)
    session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def csrf(client: FlaskClient, page: str) -> str:
    """The CSRF token in the first form of a page."""
    field = TOKEN.search(client.get(page).get_data(as_text=True))
    assert field, f"{page} has no form"
    return field[1]


def post(client: FlaskClient, page: str, *, form_on: str | None = None, **fields):
    """Post `fields` to `page` with the token found on `form_on` (the same page if not given)."""
    return client.post(page, data={"csrf_token": csrf(client, form_on or page), **fields})
