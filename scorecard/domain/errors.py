"""Faults: facts that stop a command, each with one sentence for the person who asked.

A fault carries its facts apart from its words, so that web and commands can say it in the reader's language:
`sentence` is the message id, `facts` fill its placeholders.
"""

from typing import ClassVar


def N_(text: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


class Fault(Exception):
    """A fact that stops what was asked; `str()` gives its sentence in English."""

    sentence: ClassVar[str] = N_("This cannot be done.")

    def __init__(self, **facts: object) -> None:
        super().__init__(self.sentence)
        self.facts = facts

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


class NotFound(Fault):
    """What was asked for is not there, or not for this reader."""

    sentence = N_("There is no {kind} “{key}”.")


class Conflict(Fault):
    """Somebody changed the same thing first."""

    sentence = N_("“{key}” was changed by someone else meanwhile. Look at both versions and decide.")


class Refused(Fault):
    """The rules of the plan do not allow it."""
