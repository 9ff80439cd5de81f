"""How a page is answered: whole, or the one block that htmx asked for, with toasts for what was done."""

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import (
    Flask,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response

from scorecard.store import queries
from scorecard.store.work import Written
from scorecard.web import language, once, wording
from scorecard.web.drawn import Drawn
from scorecard.web.language import _, locale

KEPT = ("cycle", "as_of")
"""What of an address goes along to the next page: the day that the reader looks at."""


class Toast(NamedTuple):
    """What was done, and the way back: the address of a form that undoes it, with its hidden fields."""

    text: str
    tone: str
    undo: tuple[str, dict[str, str]] | None


def init_app(app: Flask) -> None:
    """Give the templates what they call: addresses, assets and the reader's way to write things."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    language.init_app(app)
    once.init_app(app)
    app.jinja_env.globals.update(asset=asset, here=here, drawn=Drawn())
    app.jinja_env.filters.update(
        percent=wording.percent,
        points=wording.points,
        number=wording.number,
        quantity=wording.quantity,
        promise=wording.promise,
        day=wording.day,
        ago=wording.ago,
        moment=wording.moment,
        word=wording.word,
        rule_sentence=wording.rule_sentence,
    )
    app.context_processor(_shell)
    app.after_request(_read_whole)


def _read_whole(response: Response) -> Response:
    """Read a static file at once and close it: what is compressed as a stream leaves the file open."""
    if request.endpoint == "static" and response.status_code == 200:
        response.direct_passthrough = False
        response.make_sequence()
    return response


def page(template: str, block: str, **context: object) -> Response:
    """Answer with a page, or with its one block where htmx swaps it.

    The block is a region of the full page; toasts of what was just done come beside it.
    """
    if wants_block():
        body = render_block(template, block, **context) + _toasts_beside()
    else:
        body = current_app.jinja_env.get_template(template).render(_context(context))
    response = make_response(body)
    response.vary.add("HX-Request")
    return response


def wants_block() -> bool:
    """Tell whether htmx asks for the page's block: not when it goes to another page or back in history."""
    headers = request.headers
    return "HX-Request" in headers and headers.get("HX-Request-Type", "partial") != "full"


def answer(show: Callable[[], ResponseReturnValue], back: str) -> ResponseReturnValue:
    """Answer a form that was carried out: htmx gets the block as it is now, a browser goes `back`.

    Where `back` is the page the reader is on, its address is put in place of the one that is shown, so that
    what stands open is still open after an undo or a reload.
    """
    if not wants_block():
        return redirect(back, 303)
    same = urlsplit(_page_address()).path == urlsplit(back).path
    if same:
        g.page_address = back
    response = make_response(show())
    if same:
        response.headers["HX-Replace-Url"] = back
    return response


def done(plan: str, text: str, written: Written) -> None:
    """Tell the reader what was done, and offer to undo it; nothing is said where nothing changed."""
    if written.touched:
        say(text, undo=(plan, written.revision))
    else:
        say(_("Nothing changed."))


def say(text: str, tone: str = "on_track", undo: tuple[str, int] | None = None) -> None:
    """Show a toast on this answer, or on the page that a redirect leads to."""
    flash({"text": text, "tone": tone, "undo": undo})  # type: ignore[arg-type]


def asset(filename: str) -> str:
    """Return the address of a static file, which changes with its content."""
    version = _version(current_app.static_folder or "", filename)
    return f"{request.script_root}{current_app.static_url_path}/{filename}?v={version}"


@cache
def _version(folder: str, filename: str) -> str:
    return sha256((Path(folder) / filename).read_bytes()).hexdigest()[:12]


def here(endpoint: str, **values: Any) -> str:
    """Return an address that keeps the cycle and day that the reader looks at."""
    kept = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return url_for(endpoint, **{**kept, **values})


def toasts() -> list[Toast]:
    """Return what was done since the last answer, each message once."""
    messages: Iterable[Any] = get_flashed_messages()
    return [Toast(each["text"], each["tone"], _undo(each["undo"])) for each in messages]


def _undo(what: tuple[str, int] | None) -> tuple[str, dict[str, str]] | None:
    if what is None:
        return None
    plan, revision = what
    return here("plans.undo", plan=plan), {"revision": str(revision), "next": _page_address()}


def _page_address() -> str:
    """Return the path of the page the reader is on, also where a form of it was sent."""
    known: str | None = g.get("page_address")
    return known or request.headers.get("HX-Current-URL", request.url)


def _toasts_beside() -> str:
    return current_app.jinja_env.get_template("parts/toasts.html").render(toasts=toasts())


def _context(context: dict[str, object]) -> dict[str, Any]:
    current_app.update_template_context(context)
    return context


def _shell() -> dict[str, object]:
    """Return what the layout shows around every page."""
    if wants_block():
        return {}
    db = current_app.extensions["scorecard"]
    lines = queries.list_plans(db, every=True) if db.prepared else []
    return {
        "toasts": toasts(),
        "plans": [line for line in lines if not line.archived and line.draft_of is None],
        "draft_of": {line.key: line.draft_of for line in lines if line.draft_of is not None},
        "locale": locale(),
    }
