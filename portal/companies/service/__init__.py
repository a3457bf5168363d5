"""The verbs of the companies."""

from portal.companies.service.profile import remove_holding, save, save_holding
from portal.companies.service.register import register
from portal.companies.service.size import Sized, size

__all__ = ["Sized", "register", "remove_holding", "save", "save_holding", "size"]
