"""The verbs of the requests of access."""

from portal.access.service.ask import answer, ask
from portal.access.service.decide import add_handout, decide, downloaded, notify, remove_handout
from portal.access.service.remind import remind

__all__ = ["add_handout", "answer", "ask", "decide", "downloaded", "notify", "remind", "remove_handout"]
