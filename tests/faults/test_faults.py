"""Every fault for a moment: nothing is lost, and without the protection something is.

At length: `python -m tests.faults NAME`.
"""

import json

import pytest

from tests.faults.__main__ import main
from tests.faults.registry import faults
from tests.store.conftest import SERVER, needs_server

SHORT = {
    "audit": 12,
    "backup": 2,
    "clock": 5,
    "close_race": 6,
    "cycles": 2,
    "disk_full": 4,
    "fail_at_n": 6,
    "idempotency": 3,
    "kill9": 2,
    "lost_updates": 1,
}
"""Runs in which a sabotaged fault shows already; the others are as short as they can be."""

EVERYWHERE = ("audit", "backup", "close_race", "cycles", "fail_at_n", "lost_updates", "migrate")
"""Faults that a server has to stand too."""


@pytest.mark.parametrize("name", faults())
def test_nothing_is_lost(name):
    fault = faults()[name]
    result = fault.run(SHORT.get(name, fault.RUNS), False, None)
    assert result.ok, result


@needs_server
@pytest.mark.parametrize("name", EVERYWHERE)
def test_nothing_is_lost_on_a_server(name):
    fault = faults()[name]
    result = fault.run(SHORT.get(name, fault.RUNS), False, SERVER)
    assert result.ok, result


@pytest.mark.parametrize("name", faults())
def test_without_the_protection_something_is_lost(name, capsys):
    fault = faults()[name]
    code = main([name, "--sabotage", "--runs", str(SHORT.get(name, fault.RUNS))])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["fault"], said["lost"] > 0) == (1, name, True)
