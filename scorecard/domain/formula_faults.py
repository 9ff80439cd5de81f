"""What can be wrong with the text of a formula: one noun a fault, each pointing at its character."""

from scorecard.domain.errors import N_, Fault


class FormulaError(Fault):
    """A formula that cannot be read; `position` counts characters from 0, the sentence from 1."""

    sentence = N_("The formula cannot be read from character {place} on.")

    def __init__(self, position: int, **facts: object) -> None:
        super().__init__(place=position + 1, **facts)
        self.position = position


class FormulaEmpty(FormulaError):
    """Nothing stands there, or the equals sign alone."""

    sentence = N_("The formula is empty.")


class FormulaTooLong(FormulaError):
    """More text than anyone can check by reading."""

    sentence = N_("A formula has at most {most} characters; this one has {length}.")


class FormulaUnfinished(FormulaError):
    """The text ends after a sign that needs a value."""

    sentence = N_("The formula ends at character {place}, where a number or a key must follow.")


class SignUnknown(FormulaError):
    """A character outside the language, look-alikes of other scripts among them."""

    sentence = N_("“{sign}” at character {place} has no meaning in a formula.")


class NumberUnreadable(FormulaError):
    """A word that begins like a number."""

    sentence = N_("“{word}” at character {place} is not a number.")


class NumberTooLarge(FormulaError):
    """A number beyond the range of doubles."""

    sentence = N_("“{word}” at character {place} is too large for a number.")


class KeyUnreadable(FormulaError):
    """A word that is neither key nor function."""

    sentence = N_(
        "“{word}” at character {place} is not a key: a key is made of small letters, digits and _, "
        "and begins with a letter."
    )


class FunctionUnknown(FormulaError):
    """A name before a bracket that no function bears."""

    sentence = N_("“{word}” at character {place} is not a function; the functions are {functions}.")


class FunctionAlone(FormulaError):
    """A function's name without its bracket; such a name is never a key."""

    sentence = N_("“{word}” at character {place} is a function: its values follow in brackets.")


class ValueMissing(FormulaError):
    """A sign where a number or a key belongs."""

    sentence = N_("A number or a key is missing before “{word}” at character {place}.")


class OperatorMissing(FormulaError):
    """Two values side by side."""

    sentence = N_("An operator such as + or * is missing before “{word}” at character {place}.")


class BracketUnclosed(FormulaError):
    """An opening bracket without its partner."""

    sentence = N_("The bracket at character {place} is never closed.")


class BracketUnopened(FormulaError):
    """A closing bracket without its partner."""

    sentence = N_("The bracket at character {place} closes nothing.")


class CommaMisplaced(FormulaError):
    """A comma outside a function, most often a decimal comma."""

    sentence = N_(
        "The comma at character {place} does not part the values of a function; "
        "decimals are written with a point."
    )


class TooManyValues(FormulaError):
    """A second value for the function that takes one."""

    sentence = N_("“{word}” takes one value, but another follows at character {place}.")


class LagMisshapen(FormulaError):
    """Anything but one key and one count inside `lag`."""

    sentence = N_(
        "“lag” takes a key and a whole number of periods from 1 to {most}, as in lag(revenue, 1); "
        "character {place} is none of it."
    )


class YtdMisshapen(FormulaError):
    """Anything but one key inside `ytd`."""

    sentence = N_("“ytd” takes one key, as in ytd(revenue); character {place} is none of it.")


class TooDeep(FormulaError):
    """More open brackets than anyone can follow."""

    sentence = N_("The bracket at character {place} is nested more than {most} deep.")


class TooManyOperands(FormulaError):
    """More keys than a formula may read."""

    sentence = N_("A formula reads at most {most} keys; “{word}” at character {place} is one too many.")
