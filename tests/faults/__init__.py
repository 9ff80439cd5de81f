"""Injected faults: writers that race, processes that die, disks that fill, and what must be true after them.

Each module is one fault and offers `RUNS`, the length at which it is stated, and

    run(runs: int, sabotage: bool, database: str | None) -> Result

With `sabotage` it takes the protection away first, and must then find losses: a check that cannot fail
shows nothing. `python -m tests.faults NAME [--runs N] [--sabotage] [--database URL]` runs one at length.
"""
