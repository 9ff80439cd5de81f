"""The pages of the product, one module each, and where they hang."""

from flask import Flask

from scorecard.web import errors, health

PAGES = (health.pages,)


def init_app(app: Flask) -> None:
    """Register every page, and how errors are shown."""
    for page in PAGES:
        app.register_blueprint(page)
    errors.init_app(app)
