"""Serve without transactions: `python -m tests.faults.serve`, for the sabotage of `kill9`."""

import sys

from flask.cli import main

from tests.faults.sabotage import no_transactions

if __name__ == "__main__":
    sys.argv = ["flask", "--app", "app", "serve"]
    with no_transactions(True):
        main()
