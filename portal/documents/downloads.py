"""Answers that hand a file over: to keep, never to show inside our pages. Whether one may is the caller's question."""

from collections.abc import Iterable

from flask import Response, request
from werkzeug.wsgi import wrap_file

from portal.documents import service
from portal.documents.models import File
from portal.documents.rules import names

SEALED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def send_file(file: File, *, name: str = "") -> Response:
    """The stored bytes, as an attachment under their name, or another. Raises ScanPending or Infected."""
    path = service.path(file)
    body = wrap_file(request.environ, path.open("rb"))
    return send(body, name=name or file.name, media_type=file.media_type, size=file.size)


def send(body: bytes | Iterable[bytes], *, name: str, media_type: str, size: int | None = None) -> Response:
    """Something that we made, as an attachment."""
    response = Response(body, content_type=media_type, direct_passthrough=not isinstance(body, bytes))
    response.headers["Content-Disposition"] = names.disposition(name)
    response.headers.update(SEALED)
    if size is not None:
        response.content_length = size
    return response
