"""Fuzz one door: `python -m tests.fuzz formulas [--runs 1000000] [--seed 1]`.

Prints one line of JSON; the exit code is 1 where an input was lost, and each loss stands on stderr.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence

from tests.fuzz import formulas

DOORS = {"formulas": (formulas.texts, formulas.answered)}
SHOWN = 20
"""How many losses are written out."""

PATIENCE = 0.010
"""Seconds of the processor that one input may take."""


def main(arguments: Sequence[str]) -> int:
    """Fuzz the door asked for; return 1 where anything but an answer or a refusal came of an input."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("door", choices=DOORS)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    texts, answered = DOORS[asked.door]
    counts = {"parsed": 0, "refused": 0, "losses": 0}
    slowest, start = 0.0, time.perf_counter()
    for text in texts(random.Random(asked.seed), asked.runs):
        answer, taken = timed(answered, text)
        slowest = max(slowest, taken)
        counts[answer if answer in counts else "losses"] += 1
        if answer not in counts and counts["losses"] <= SHOWN:
            print(f"{text!r}: {answer}", file=sys.stderr)
    seconds = round(time.perf_counter() - start, 1)
    found = {"runs": asked.runs, "seconds": seconds, **counts, "slowest_ms": round(slowest * 1e3, 2)}
    print(json.dumps(found))
    return int(counts["losses"] > 0)


def timed(answered, text):
    """Return what came of a text and the seconds it took; one that seems slow is tried again."""
    for _ in range(5):
        start = time.thread_time()
        answer = answered(text)
        taken = time.thread_time() - start
        if taken < PATIENCE:
            return answer, taken
    return f"took {taken * 1e3:.1f} ms", taken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
