"""The server's row: what a process takes that serves a plan."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench import places
from bench.pages import NODES, TREE
from bench.rows import Measured, row
from bench.shapes import DAY

ROOT = Path(__file__).parents[1]
ROUNDS = 50
PATIENCE = 20.0


@row("server after 50 rounds of its pages, 2,000 nodes", goal=200, unit="MB")
def _memory() -> Measured:
    return Measured(_resident)


def _resident() -> float:
    """Return the memory in MB that the server holds in the end."""
    pages = (
        TREE,
        *(f"/p/{places.PLAN}/{page}?as_of={DAY}" for page in ("scorecard", "alignment", "n/node_3")),
    )
    with _served(places.copied(NODES, "served")) as (process, base):
        for number in range(ROUNDS):
            for page in ("/", *pages, f"{TREE}&page={number % 12 + 1}"):
                with urlopen(base + page, timeout=PATIENCE) as response:
                    response.read()
        status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


@contextmanager
def _served(path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """Serve a database file in a process of its own, and end it."""
    port = _free_port()
    given = {"DATABASE_URL": places.address(path), "SECRET_KEY": "bench " * 8, "PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stdout=quiet, stderr=quiet)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base)
        yield process, base
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _wait(base: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(base, timeout=PATIENCE).close()
            return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
