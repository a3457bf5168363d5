"""Guards and the menu: who may come in, who sees what."""

import pytest
from flask import Flask
from flask_login import LoginManager, UserMixin
from werkzeug import Response
from werkzeug.exceptions import Forbidden, NotFound

from portal.web.guards import found, requires, signed_in
from portal.web.navigation import NavItem, visible


class Person(UserMixin):
    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)


@pytest.fixture
def house() -> Flask:
    app = Flask(__name__)
    app.secret_key = "of this test only"
    manager = LoginManager(app)
    manager.login_view = "door"
    manager.user_loader(lambda _id: None)
    app.add_url_rule("/accedi", "door", lambda: "")
    return app


@pytest.mark.parametrize(
    ("person", "answer"),
    [(Person("manager"), "dentro"), (Person("admin", "company"), "dentro"), (Person("company"), Forbidden)],
)
def test_a_role_opens_its_doors(house, person, answer):
    view = requires("manager", "admin")(lambda: "dentro")
    with house.test_request_context():
        house.login_manager._update_request_context_with_user(person)
        if answer is Forbidden:
            with pytest.raises(Forbidden):
                view()
        else:
            assert view() == answer
            assert signed_in(lambda: "qui")() == "qui"


def test_a_stranger_is_sent_to_the_door_and_back(house):
    with house.test_request_context("/area"):
        for guard in (signed_in, requires("company")):
            answer = guard(lambda: "dentro")()
            assert isinstance(answer, Response)
            assert answer.location == "/accedi?next=%2Farea"


def test_guards_tell_the_matrix_what_they_ask():
    def view() -> str:
        return ""

    assert vars(requires("manager", "admin")(view))["guard"] == {"manager", "admin"}
    assert vars(signed_in(view))["guard"] == frozenset()


def test_found_gives_the_thing_or_404():
    assert found("x") == "x"
    assert found(0) == 0
    with pytest.raises(NotFound):
        found(None)


def test_the_menu_shows_what_is_ones_own():
    menu = [
        NavItem(label="Bandi", path="/bandi"),
        NavItem(label="Area", path="/area", roles=frozenset({"company"})),
        NavItem(label="Ufficio", path="/ufficio", roles=frozenset({"manager", "admin"})),
        NavItem(label="Aiuto", path="/aiuto", unless=frozenset({"manager"})),
    ]

    assert [item.path for item in visible(menu, frozenset())] == ["/bandi", "/aiuto"]
    assert [item.path for item in visible(menu, frozenset({"company"}))] == ["/bandi", "/area", "/aiuto"]
    assert [item.path for item in visible(menu, frozenset({"manager"}))] == ["/bandi", "/ufficio"]
    assert menu[1].is_here("/area/domande")
    assert not menu[1].is_here("/areale")
