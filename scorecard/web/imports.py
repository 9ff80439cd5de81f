"""Bring a file in: choose it, see what it would change, then all of it or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Conflict, Fault
from scorecard.domain.schema import PlanFields
from scorecard.files.formats import read_file
from scorecard.files.remark import FileRefused, Read, Remark
from scorecard.store import queries
from scorecard.store.commands.imports import Imported, Preview, apply_import, preview_import
from scorecard.store.once import answered
from scorecard.web import errors, forms, uploads
from scorecard.web.difference import SECTIONS, Group, groups
from scorecard.web.fields import KINDS
from scorecard.web.language import _, ngettext
from scorecard.web.reading import database
from scorecard.web.render import page, say
from scorecard.web.session import actor
from scorecard.web.uploads import Upload

pages = Blueprint("imports", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a waiting file goes: the plan, and whether what it lacks is left alone."""

    plan: str
    partial: bool


@pages.get("/import")
def upload() -> ResponseReturnValue:
    """Show the form that takes a file."""
    return _form({"plan": request.args.get("plan", "")}, {})


@pages.post("/import")
def preview() -> ResponseReturnValue:
    """Read a file, keep it waiting, and lead to what it would change; one with problems is refused whole."""
    sent = request.files.get("file")
    name = (sent.filename or "") if sent else ""
    data = sent.read() if sent else b""
    if not name or not data:
        text = _("This file is empty.") if name else _("Choose a file.")
        return _form(request.form, {"file": [text]}), 422
    try:
        read = read_file(data, name)
        choice = _typed_choice(read)
        found = _compared(read, choice)
    except FileRefused as refused:
        return _form(request.form, {}, refused.problems, name), 422
    except forms.BadForm as bad:
        return _form(request.form, bad.errors), 422
    except Fault as fault:
        return _form(request.form, {"file": [errors.sentence(fault)]}), 422
    token = uploads.keep(Upload(name, data, found.plan, found.revision), actor())
    return redirect(_waiting_address(token, choice), 303)


@pages.get("/import/<token>")
def waiting(token: str) -> ResponseReturnValue:
    """Show what a waiting file would change, in the plan that the address names."""
    kept = uploads.find(token, actor())
    read = read_file(kept.data, kept.name)
    try:
        choice = _chosen(read, request.args.get("plan"), "partial" in request.args)
        return _preview(token, kept, read, choice)
    except forms.BadForm as bad:
        return _preview(token, kept, read, Choice(kept.plan, False), bad.errors), 422


@pages.post("/import/<token>")
def apply(token: str) -> ResponseReturnValue:
    """Import a waiting file as it was shown; 409, with a new preview, where its plan moved meanwhile."""
    if first := answered(database()):
        return _done(Imported(first.plan, first.facts, first.written))
    kept = uploads.find(token, actor())
    read = read_file(kept.data, kept.name)
    choice = Choice(request.form.get("plan", ""), "partial" in request.form)
    try:
        _chosen(read, choice.plan, choice.partial)
        imported = _imported(read, choice, kept.name)
    except Conflict:
        return _preview(token, kept, read, choice, moved=True), 409
    except forms.BadForm as bad:
        return _preview(token, kept, read, Choice(kept.plan, False), bad.errors), 422
    uploads.drop(token)
    return _done(imported)


def _done(imported: Imported) -> Response:
    _tell(imported)
    return redirect(url_for("tree.show", plan=imported.plan), 303)


def _imported(read: Read, choice: Choice, name: str) -> Imported:
    revision = forms.revision("revision")
    return apply_import(
        database(),
        read.file,
        plan=choice.plan,
        partial=choice.partial,
        expected_revision=-1 if revision is None else revision,
        actor=actor(),
        reason=name,
    )


def _tell(imported: Imported) -> None:
    counts, revision = imported.counts, imported.written.revision
    if not imported.written.touched:
        say(_("The file holds what the plan has already. Nothing changed."))
        return
    added = ngettext("%(num)s node added", "%(num)s nodes added", counts["added"])
    changed = _("%(num)s changed, %(gone)s archived", num=counts["changed"], gone=counts["archived"])
    say(
        _("Imported: %(added)s, %(changed)s.", added=added, changed=changed),
        undo=(imported.plan, revision) if revision > 1 else None,
    )


def _typed_choice(read: Read) -> Choice:
    return _chosen(read, forms.typed("plan"), "partial" in request.form)


def _chosen(read: Read, plan: str | None, partial: bool) -> Choice:
    """Return where a file goes; by itself it goes to the plan it names.

    Raises:
        BadForm: for what is no key.
    """
    key = (plan or "").strip() or read.file.plan
    return Choice(forms.checked(PlanFields, {"plan": key}).plan, partial)


def _compared(read: Read, choice: Choice) -> Preview:
    return preview_import(database(), read.file, plan=choice.plan, partial=choice.partial)


def _waiting_address(token: str, choice: Choice) -> str:
    partial = "1" if choice.partial else None
    return url_for("imports.waiting", token=token, plan=choice.plan, partial=partial)


def _form(
    typed: Mapping[str, str],
    wrong: forms.Errors,
    problems: Iterable[Remark] = (),
    name: str = "",
) -> Response:
    plans = queries.list_plans(database())
    return page(
        "import.html",
        block="import",
        active="import",
        typed=typed,
        errors=wrong,
        problems=[_remark(each) for each in problems],
        name=name,
        choices=[(line.key, line.title) for line in plans],
    )


def _preview(
    token: str,
    kept: Upload,
    read: Read,
    choice: Choice,
    wrong: forms.Errors | None = None,
    moved: bool = False,
) -> Response:
    found = _compared(read, choice)
    return page(
        "import_preview.html",
        block="import_preview",
        active="import",
        token=token,
        name=kept.name,
        title=read.file.title,
        choice=choice,
        preview=found,
        counts=_counts(found.counts),
        groups=_groups(found, read),
        warnings=[_remark(each) for each in read.warnings],
        errors=wrong or {},
        moved=moved,
        choices=[line.key for line in queries.list_plans(database())],
    )


def _remark(remark: Remark) -> tuple[str, str]:
    return remark.where, _(remark.sentence).format(**remark.facts)


def _counts(counts: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    """Return the counts by kind of thing, those kinds left out of which there is nothing."""
    every = {"nodes": counts, **counts["counts"]}
    words = ("added", "changed", "archived", "unchanged")
    return [
        (_(KINDS[kind]), every[section])
        for section, kind in SECTIONS.items()
        if any(every[section][word] for word in words)
    ]


def _groups(found: Preview, read: Read) -> list[Group]:
    """Return the changes by kind of thing, in words; titles and units are those of the file first."""
    plan = None if found.new else queries.load_plan(database(), found.plan)
    known = plan.nodes if plan else {}
    return groups(found.changes, {**known, **{node.key: node for node in read.file.nodes}}, plan)
