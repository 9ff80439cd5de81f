"""The pages of the product, one module each, and where they hang."""

from flask import Flask

from scorecard.web import (
    alignment,
    cycles,
    drafts,
    errors,
    findings,
    formula_field,
    health,
    history,
    imports,
    node,
    node_edit,
    overview,
    plans,
    scorecard,
    tree,
)

PAGES = (
    health.pages,
    overview.pages,
    scorecard.pages,
    tree.pages,
    alignment.pages,
    findings.pages,
    history.pages,
    cycles.pages,
    drafts.pages,
    node.pages,
    node_edit.pages,
    formula_field.pages,
    plans.pages,
    imports.pages,
)


def init_app(app: Flask) -> None:
    """Register every page, and how errors are shown."""
    for page in PAGES:
        app.register_blueprint(page)
    errors.init_app(app)
