"""The commands: `flask plan`, `flask db`, `flask store` and `flask serve`, as the outside contract names them."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang the commands on the application."""
