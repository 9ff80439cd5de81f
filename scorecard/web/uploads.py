"""Files that wait for their reader's word: kept as they came, for an hour, for the one who brought them."""

import json
import os
import re
import secrets
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from scorecard.domain.errors import N_, NotFound

LIFE = 3600
"""Seconds that an upload waits."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class UploadGone(NotFound):
    """An upload that expired, was imported already, or is somebody else's."""

    sentence = N_("This upload is no longer here: one waits for an hour. Choose the file again.")


class Upload(NamedTuple):
    """A file as it came; `plan` and `revision` are what it was first compared with."""

    name: str
    data: bytes
    plan: str
    revision: int


def keep(upload: Upload, owner: str) -> str:
    """Keep a file and return the token by which its owner finds it again."""
    folder = _folder()
    sweep()
    token = secrets.token_urlsafe(24)
    kept = {**upload._asdict(), "data": b64encode(upload.data).decode(), "owner": owner, "at": time.time()}
    handle = os.open(folder / f"{token}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(kept, file)
    return token


def find(token: str, owner: str) -> Upload:
    """Return the file that waits under a token.

    Raises:
        UploadGone: also for another's.
    """
    if not _TOKEN.fullmatch(token):
        raise UploadGone
    try:
        kept = json.loads((_folder() / f"{token}.json").read_text())
    except FileNotFoundError:
        raise UploadGone from None
    if kept["owner"] != owner or time.time() - kept["at"] > LIFE:
        raise UploadGone
    return Upload(kept["name"], b64decode(kept["data"]), kept["plan"], kept["revision"])


def drop(token: str) -> None:
    """Forget a file that was found before."""
    (_folder() / f"{token}.json").unlink(missing_ok=True)


def sweep() -> None:
    """Forget every file that has waited too long."""
    for path in _folder().glob("*.json"):
        if time.time() - path.stat().st_mtime > LIFE:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(current_app.instance_path) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
