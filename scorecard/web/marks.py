"""Marks beside a colour: a promise that was moved after it began, a person's word in place of the rules'."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from scorecard.domain.vocabulary import Rule
from scorecard.graph.findings import moved
from scorecard.web.findings import words as finding_words
from scorecard.web.findings.listing import changes_of
from scorecard.web.kept import once
from scorecard.web.node.words import judged
from scorecard.web.reading import View


class Mark(NamedTuple):
    """What a reader must know beside a colour, in sentences; `kind` is moved or judged."""

    kind: str
    texts: tuple[str, ...]


def marking(view: View) -> Callable[[str], tuple[Mark, ...]]:
    """Return what gives the marks of a node, "" for those of the plan itself; what moved is read once."""
    told = once(_moved, view)

    def marks(key: str) -> tuple[Mark, ...]:
        found = [Mark("moved", told[key])] if key in told else []
        standing = view.standings.get(key)
        if standing is not None and standing.rule is Rule.judged:
            found.append(Mark("judged", tuple(judged(view, view.plan.nodes[key], standing))))
        return tuple(found)

    return marks


def _moved(view: View) -> Mapping[str, tuple[str, ...]]:
    """Return in words what was promised otherwise before."""
    found = moved(view.plan, view.standings, view.day, changes_of(view.plan))
    return {
        key: tuple(finding_words.moved(view.plan, each) for each in those) for key, those in found.items()
    }


def marks_of(view: View, key: str) -> tuple[Mark, ...]:
    """Return the marks of one node, "" for those of the plan itself."""
    return marking(view)(key)
