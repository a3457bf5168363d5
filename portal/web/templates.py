"""How templates are kept."""

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from typing_extensions import override


class Kept(Template):
    """A template whose macros are made ready once.

    Jinja asks at every import whether the importing page brought globals of its own, by comparing all names. Ours never
    do: what is global is the environment's, what belongs to a page is passed to its macros.
    """

    _module: TemplateModule | None = None

    @override
    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


def init_app(app: Flask) -> None:
    """Keep the application's templates so."""
    app.jinja_env.template_class = Kept
