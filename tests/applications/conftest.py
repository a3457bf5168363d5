"""What tests of the applications share."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from portal.accounts.models import User
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory


@pytest.fixture
def statements(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    """Note every statement sent to the database within a `with`."""

    @contextmanager
    def noted() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", statement):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return noted


def token(page: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def enter(client: FlaskClient, user: User) -> FlaskClient:
    """Sign in."""
    page = client.get("/accedi").text
    answer = client.post("/accedi", data={"csrf_token": token(page), "email": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text[:2000]
    return client


@pytest.fixture
def member(app, session: Session) -> Callable[..., FlaskClient]:
    """A browser in which somebody of a firm is signed in: `member(company_id)`; more goes to the membership."""

    def make(company_id, **more) -> FlaskClient:
        user = UserFactory(full_name="Anna Rossi")
        MembershipFactory(user=user, company=None, company_id=company_id, **more)
        session.commit()
        return enter(app.test_client(), user)

    return make
