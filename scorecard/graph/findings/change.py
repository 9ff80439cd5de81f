"""One field that was changed, as the history tells it to the rules of movement."""

from datetime import date
from typing import NamedTuple


class Change(NamedTuple):
    """One field of a node, of its links or of the plan (node "") that somebody changed.

    `field` is dotted into a measure or bands; `about` tells apart what a node has many of: the child of a
    weight, the day of a period's target. The field `created` marks when a node, or the plan, was made.
    """

    node: str
    field: str
    before: object
    after: object
    by: str
    on: date
    about: str = ""


CREATED = "created"
