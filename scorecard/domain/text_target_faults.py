"""Why a target in words is not read: one reason each, with its sentence."""

from enum import StrEnum

from scorecard.domain.errors import N_


class Unread(StrEnum):
    """Why a target stays words."""

    empty = "empty"
    too_long = "too_long"
    link = "link"
    no_number = "no_number"
    number_unclear = "number_unclear"
    unit_unclear = "unit_unclear"
    no_direction = "no_direction"
    several = "several"
    relative = "relative"
    words_unclear = "words_unclear"
    other_unit = "other_unit"
    other_cadence = "other_cadence"

    @property
    def sentence(self) -> str:
        """Return the message id of its sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Unread.empty: N_("There is no target."),
    Unread.too_long: N_("The target is too long to be read as one number."),
    Unread.link: N_("The target is a link; what stands there is not read."),
    Unread.no_number: N_("The target names no number."),
    Unread.number_unclear: N_("The number of the target can be read in more than one way, or in none."),
    Unread.unit_unclear: N_("The unit of the target can be read in more than one way."),
    Unread.no_direction: N_("The target is a number alone: is it to be at least, at most or exactly that?"),
    Unread.several: N_("The target names more than one number."),
    Unread.relative: N_("The target is a change, held against a number that is not there."),
    Unread.words_unclear: N_("The target says more than a number and its direction."),
    Unread.other_unit: N_("The target is in another unit than the values."),
    Unread.other_cadence: N_("The target is for another period than the values come in."),
}


class Stays(Exception):
    """The text stays words."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why)
        self.why = why
