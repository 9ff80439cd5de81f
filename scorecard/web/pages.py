"""The pages of the product, one module each, and where they hang."""

from flask import Flask

from scorecard.web import cycles, drafts, errors, health, history, imports, overview, plans
from scorecard.web.alignment import show as alignment
from scorecard.web.findings import show as findings
from scorecard.web.node import edit as node_edit
from scorecard.web.node import formula_field
from scorecard.web.node import show as node
from scorecard.web.scorecard import show as scorecard
from scorecard.web.tree import show as tree

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
