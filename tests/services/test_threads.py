"""What does not wait for each other goes at the same time, also in the fork of a process that has threads."""

import multiprocessing
import threading
from functools import partial

import pytest

from fastapi_app.services.threads import at_once, both

SECONDS = 20


@pytest.mark.parametrize("allowed", [1, 3], indirect=True)
def test_results_come_in_order(allowed: int) -> None:
    assert both(lambda: "one", lambda: "other") == ("one", "other")
    assert at_once([partial(str, number) for number in range(5)]) == list("01234")


def test_works_go_at_the_same_time(allowed: int) -> None:
    meeting = threading.Barrier(allowed, timeout=SECONDS)
    at_once([meeting.wait] * allowed)
    pair = threading.Barrier(2, timeout=SECONDS)
    both(pair.wait, pair.wait)


@pytest.mark.parametrize("allowed", [1], indirect=True)
def test_nothing_is_started_where_one_thread_is_allowed(allowed: int) -> None:
    assert len({*both(threading.get_ident, threading.get_ident), *at_once([threading.get_ident] * 3)}) == allowed


@pytest.mark.usefixtures("allowed")
def test_a_fork_has_threads_of_its_own() -> None:
    both(threading.get_ident, threading.get_ident)
    child = multiprocessing.get_context("fork").Process(target=both, args=(int, int))
    child.start()
    child.join(SECONDS)
    ended = child.exitcode
    child.kill()
    assert ended == 0
