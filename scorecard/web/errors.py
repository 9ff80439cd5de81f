"""What went wrong, said to the reader: each fault has its HTTP status in one table."""

from datetime import date

from flask import Flask, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response

from scorecard.domain.errors import Conflict, Fault, NotFound
from scorecard.store import upgrade
from scorecard.store.database import Busy, NoRoom
from scorecard.web.language import _
from scorecard.web.wording import day

STATUS: tuple[tuple[type[Fault], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Busy, 503),
    (NoRoom, 507),
    (upgrade.OlderDatabase, 503),
    (Fault, 422),
)
"""The HTTP status of each fault; the first that fits."""

BUSY_SECONDS = "2"


def init_app(app: Flask) -> None:
    """Show faults and HTTP errors as pages in the product's look."""
    app.register_error_handler(Fault, _fault)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _unknown_host)


def sentence(fault: Fault) -> str:
    """Return a fault's sentence in the reader's language."""
    facts = {name: day(fact) if isinstance(fact, date) else fact for name, fact in fault.facts.items()}
    return _(fault.sentence).format(**facts)


def status(fault: Fault) -> int:
    """Return the HTTP status of a fault."""
    return next(code for kind, code in STATUS if isinstance(fault, kind))


def _fault(fault: Fault) -> Response:
    code = status(fault)
    response = _page(code, _titles().get(code, _("This was refused")), sentence(fault))
    if code == 503:
        response.headers["Retry-After"] = BUSY_SECONDS
    return response


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        current_app.logger.error(
            "request %s: %s", g.get("request_id"), request.path, exc_info=error.original_exception
        )
    return _page(code, _titles().get(code, _("This was refused")), _sentences().get(code, _sentences()[500]))


def _unknown_host(error: SecurityError) -> Response:
    """Answer a request for another host name without a page: no link of ours would lead back here."""
    return Response(_("This server does not answer under that name."), status=400, mimetype="text/plain")


def _page(code: int, title: str, text: str) -> Response:
    shown = render_template(
        "error.html", code=code, title=title, sentence=text, request_id=g.get("request_id")
    )
    return Response(shown, status=code, mimetype="text/html")


def _titles() -> dict[int, str]:
    return {
        400: _("That request was not understood"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not allowed here"),
        409: _("Changed meanwhile"),
        413: _("Too large"),
        500: _("Something went wrong here"),
        503: _("Busy"),
        507: _("No room left"),
    }


def _sentences() -> dict[int, str]:
    return {
        400: _("The address or form holds something that cannot be read."),
        403: _("This was sent from another site and was not carried out."),
        404: _("There is no such page, or it is not for you."),
        405: _("This address answers to another kind of request."),
        413: _("A file may hold 12 MB, anything else 1 MB."),
        500: _("The fault is ours and is in the log; nothing was changed by halves."),
        503: _("The plan is being written to. Try again in a moment."),
    }
