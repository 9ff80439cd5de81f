"""What a fault came to."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """How many runs there were, how much they lost, and what else is worth knowing.

    `late` counts promises of time that were not kept, which a busy machine breaks without any loss.
    """

    runs: int
    lost: int
    facts: dict[str, Any] = field(default_factory=dict)
    late: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether nothing was lost."""
        return self.lost == 0
