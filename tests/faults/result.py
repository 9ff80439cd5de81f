"""What a fault came to."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """How many runs there were, how many of them lost something, and what else is worth knowing."""

    runs: int
    lost: int
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether nothing was lost."""
        return self.lost == 0
