"""The scorecard: the perspectives, what turned, what the gap consists of, and the table of measures."""
