"""StratML (ISO 17469), Part 1 and 2: strategic plans, performance plans and reports in XML."""

from scorecard.files.stratml.document import read

__all__ = ["read"]
