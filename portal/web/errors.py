"""Pages for what goes wrong: what happened, that nothing was lost, what to do next."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError, TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from portal import db
from portal.kernel.errors import Conflict, DomainError, NotFound

RETRY_SECONDS = 5


@dataclass(frozen=True)
class Words:
    """A title, what happened, and what to do next."""

    title: LazyString
    happened: LazyString | str
    next: LazyString


WORDS = {
    400: Words(
        _l("La richiesta non è completa"),
        _l("Il portale ha ricevuto una richiesta che non riesce a leggere. Nulla è cambiato."),
        _l("Torna alla pagina precedente, ricaricala e riprova."),
    ),
    403: Words(
        _l("Questa pagina non è per il tuo profilo"),
        _l("Hai effettuato l'accesso, ma il tuo ruolo non comprende questa pagina."),
        _l("Se pensi che dovresti vederla, scrivi all'assistenza o a chi gestisce le deleghe della tua impresa."),
    ),
    404: Words(
        _l("Pagina non trovata"),
        _l("L'indirizzo non esiste, oppure la pagina non è visibile con questo accesso."),
        _l("Controlla l'indirizzo, oppure riparti dall'elenco dei bandi."),
    ),
    405: Words(
        _l("Questa operazione parte da un'altra pagina"),
        _l("L'indirizzo esiste, ma non si apre in questo modo. Nulla è cambiato."),
        _l("Torna alla pagina precedente e usa il pulsante che trovi lì."),
    ),
    409: Words(
        _l("I dati sono cambiati nel frattempo"),
        _l("Qualcun altro ha modificato questi dati mentre li guardavi. Le sue modifiche sono salve."),
        _l("Torna alla pagina precedente, ricaricala e riprova."),
    ),
    413: Words(
        _l("Il file è troppo grande"),
        _l("Il file inviato supera la dimensione massima. Non è stato caricato; il resto dei tuoi dati è salvo."),
        _l("Riduci il file, per esempio abbassando la risoluzione della scansione, e caricalo di nuovo."),
    ),
    429: Words(
        _l("Troppe richieste in poco tempo"),
        _l("Per proteggere il servizio, il portale ha sospeso per poco le richieste da questo indirizzo."),
        _l("Aspetta un minuto e riprova. I dati già salvati non si perdono."),
    ),
    500: Words(
        _l("Qualcosa si è rotto, ed è colpa nostra"),
        _l("L'operazione non è andata a buon fine. Quello che il portale aveva confermato come salvato è salvo."),
        _l("Riprova tra poco. Se succede ancora, scrivi all'assistenza indicando l'ora."),
    ),
    503: Words(
        _l("Il servizio è momentaneamente occupato"),
        _l("Il portale non riesce a rispondere in questo momento. Quello che era confermato come salvato è salvo."),
        _l("Aspetta qualche secondo e ricarica la pagina."),
    ),
}
FORGED = Words(
    _l("La pagina era aperta da troppo tempo"),
    _l(
        "Per sicurezza, il modulo inviato non vale più: la sessione è scaduta, o è stata chiusa in un'altra scheda. "
        "Nulla è cambiato e nulla di quanto era salvato è andato perso."
    ),
    _l("Torna indietro: il browser conserva quello che hai scritto. Copialo, ricarica la pagina e invia di nuovo."),
)


def _page(status: int, words: Words) -> Response:
    if request.path.startswith("/api/"):
        problem = {"title": HTTPStatus(status).phrase, "status": status, "detail": str(words.happened)}
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("errors/error.html", words=words, status=status))
    response.status_code = status
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        g.plain_page = True
    words = FORGED if isinstance(error, CSRFError) else WORDS.get(status) or WORDS[400 if status < 500 else 500]  # noqa: PLR2004
    response = _page(status, words)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    if status in {429, 503}:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _refused(refusal: DomainError) -> ResponseReturnValue:
    """A refusal that no view caught: still words, still nothing changed."""
    status = {NotFound: 404, Conflict: 409}.get(type(refusal), 400)
    words = (
        WORDS[status]
        if status != HTTPStatus.BAD_REQUEST
        else Words(
            _l("L'operazione non è possibile"),
            str(refusal),
            WORDS[400].next,
        )
    )
    return _page(status, words)


def _busy(_error: Exception) -> ResponseReturnValue:
    """The database is away or overwhelmed: refuse at once and say when to come back."""
    db.session.remove()
    g.plain_page = True
    response = _page(503, WORDS[503])
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _unstorable(_error: Exception) -> ResponseReturnValue:
    """Something that no text or number of the database can hold, such as a NUL: the request is at fault, not we."""
    db.session.rollback()
    return _page(400, WORDS[400])


def init_app(app: Flask) -> None:
    """Install the pages."""
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolExhausted, _busy)
