"""The real server in a process of its own, with what a browser sends to it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

PATIENCE = 30.0
HOST = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """What came back: the status, where it leads, and the text."""

    status: int
    location: str
    text: str


class Server:
    """A server that is started, killed and started again on one port."""

    def __init__(self, address: str, sabotage: bool) -> None:
        self.port = _free_port()
        given = {"DATABASE_URL": address, "SECRET_KEY": "faults " * 8, "PORT": str(self.port)}
        self._environment = {**os.environ, **given, "SCORECARD_MODE": ""}
        self._command = [sys.executable, "-m", "tests.faults.serve" if sabotage else "flask"]
        self._command += [] if sabotage else ["--app", "app", "serve"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and return the seconds until it is ready."""
        begun = time.monotonic()
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, env=self._environment, stdout=quiet, stderr=quiet)
        while not self._ready():
            if time.monotonic() > begun + PATIENCE:
                raise TimeoutError("the server does not become ready")
            time.sleep(0.01)
        return time.monotonic() - begun

    def kill(self) -> None:
        """Kill it as a power cut does: it gets no chance to end well."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._asked("GET", path)

    def post(self, path: str, **form: str) -> Answer:
        """Send a form."""
        return self._asked("POST", path, urlencode(form).encode(), FORM)

    def upload(self, path: str, name: str, data: bytes, **form: str) -> Answer:
        """Send a form with a file."""
        edge = "edge-of-a-part"
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in form.items()]
        parts.append(f'name="file"; filename="{name}"\r\n\r\n'.encode() + data)
        head = f"--{edge}\r\nContent-Disposition: form-data; ".encode()
        body = b"\r\n".join(head + part for part in parts) + f"\r\n--{edge}--\r\n".encode()
        return self._asked("POST", path, body, f"multipart/form-data; boundary={edge}")

    def _asked(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
            response = connection.getresponse()
            text = response.read().decode()
            location = urlsplit(response.headers.get("Location", ""))
            return Answer(response.status, f"{location.path}?{location.query}".rstrip("?"), text)
        finally:
            connection.close()


@contextmanager
def served(address: str, sabotage: bool = False) -> Iterator[Server]:
    """Offer a server on a database; it is not started yet, and killed in the end."""
    server = Server(address, sabotage)
    try:
        yield server
    finally:
        server.kill()


def hidden(text: str, name: str) -> str:
    """Return what a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no hidden field {name}"
    return found[1]


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])
