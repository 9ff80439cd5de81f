"""The turn to write: in the order of asking, one at a time, given back whatever happens."""

import threading
import time

import pytest

from scorecard.store.turn import Turn


@pytest.fixture
def turn(tmp_path):
    return Turn(tmp_path / "db.lock")


def test_whoever_waits_longest_is_next(turn):
    came, waiting = [], []

    def wait(number):
        with turn.taken(5):
            came.append(number)

    with turn.taken(1):
        for number in range(6):
            waiting.append(threading.Thread(target=wait, args=(number,)))
            waiting[-1].start()
            while len(turn._waiting) <= number:
                time.sleep(0.001)
    for thread in waiting:
        thread.join()
    assert came == list(range(6))


def test_a_turn_that_does_not_come_is_told_and_leaves_the_queue(turn):
    with turn.taken(1), turn.taken(0.01) as ours:
        assert not ours
    with turn.taken(1) as ours:
        assert ours


def test_a_turn_is_given_back_after_an_exception(turn):
    with pytest.raises(ZeroDivisionError), turn.taken(1):
        raise ZeroDivisionError
    with turn.taken(0.01) as ours:
        assert ours


def test_another_process_holds_the_turn_by_the_lock_file(turn, tmp_path):
    with Turn(tmp_path / "db.lock").taken(1), turn.taken(0.01) as ours:
        assert not ours
    with turn.taken(1) as ours:
        assert ours


def test_without_a_lock_file_the_threads_still_queue():
    turn = Turn(None)
    with turn.taken(1) as first, turn.taken(0.01) as second:
        assert (first, second) == (True, False)
