"""Measure and print every row: `python -m bench [--json] [words of a row ...]`."""

import argparse
import json
import sys
from collections.abc import Sequence

from bench import (  # noqa: F401  (importing a module of rows registers them)
    engine,
    formulas,
    graph,
    pages,
    server,
    shaped,
    storage,
    writers,
)
from bench.rows import Result, rows, run

_VERDICT = {True: "ok", False: "miss", None: ""}


def main(arguments: Sequence[str]) -> int:
    """Run the rows asked for; the exit code is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON list instead of a table")
    parser.add_argument("words", nargs="*", help="only rows that contain one of these")
    asked = parser.parse_args(arguments)
    chosen = [row for row in rows() if not asked.words or any(word in row.work for word in asked.words)]
    results = []
    for row in chosen:
        results.append(run(row))
        if not asked.json:
            print(_line(results[-1]), flush=True)
    if asked.json:
        print(json.dumps([result._asdict() for result in results], indent=2))
    return int(any(result.ok is False for result in results))


def _line(result: Result) -> str:
    floor = "" if result.floor is None else f"floor {result.floor:,.2f} ms"
    ratio = "" if result.ratio is None else f"{result.ratio:,.1f} x"
    measured = f"{result.measured:,.2f} {result.unit}"
    return f"{result.work:60} {measured:>16}  {floor:>18} {ratio:>9}  {result.goal:20} {_VERDICT[result.ok]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
