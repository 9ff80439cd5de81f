"""Where the real data of others lies, beside the project and never in it; its tests skip without it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


def needs(folder):
    """Return the mark that skips a test visibly where a folder of the data is absent."""
    return pytest.mark.skipif(
        not (SHARED / folder).is_dir(), reason=f"the real data {folder} is not on this machine"
    )
