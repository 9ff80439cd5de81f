"""Run one fault at length: `python -m tests.faults NAME [--runs N] [--sabotage] [--database URL]`.

One JSON line on stdout; the exit code is 1 where anything was lost or late.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence

from tests.faults.registry import faults


def main(arguments: Sequence[str]) -> int:
    """Run the fault that is asked for and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("name", choices=faults())
    parser.add_argument("--runs", type=int, help="how long; left out, as long as is promised")
    parser.add_argument("--sabotage", action="store_true", help="take the protection away; it must then fail")
    parser.add_argument("--database", help="postgresql+psycopg://...; left out, a SQLite file")
    asked = parser.parse_args(arguments)
    fault = faults()[asked.name]
    start = time.monotonic()
    result = fault.run(asked.runs or fault.RUNS, asked.sabotage, asked.database)
    head = {"fault": asked.name, "sabotage": asked.sabotage, "runs": result.runs, "lost": result.lost}
    kind = "sqlite" if asked.database is None else asked.database.partition(":")[0].partition("+")[0]
    tail = {"late": result.late, "database": kind, "seconds": round(time.monotonic() - start, 1)}
    print(json.dumps({**head, **tail, **result.facts}))
    return int(not result.ok or result.late > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
