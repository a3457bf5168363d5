"""The pages of the calls: public, and of the office."""

from portal.calls.views import office, public

blueprints = (public.bp, office.bp)
