"""Events: numbered without gaps, the latest kept, and waited for."""

import threading

from tests.helpers.patience import PATIENCE
from tilebake.serve.jobs.event_log import EventLog


def test_numbers_count_up_from_1() -> None:
    events = EventLog()
    told = [events.emit(notice=notice) for notice in "abc"]
    assert [event.number for event in told] == [1, 2, 3]
    assert events.after(0) == tuple(told)
    assert events.after(2) == (told[2],)
    assert events.after(3) == ()
    assert events.after(99) == ()


def test_only_the_latest_are_kept() -> None:
    events = EventLog(kept=3)
    for number in range(10):
        events.emit(notice=str(number))
    assert [event.number for event in events.after(0)] == [8, 9, 10]


def test_a_waiting_reader_is_woken_by_the_next_event() -> None:
    events, seen = EventLog(), threading.Event()

    def follow() -> None:
        if events.after(0, PATIENCE):
            seen.set()

    follower = threading.Thread(target=follow)
    follower.start()
    events.emit(notice="at last")
    assert seen.wait(PATIENCE)
    follower.join()


def test_nobody_waits_any_more_after_the_end() -> None:
    events = EventLog()
    follower = threading.Thread(target=events.after, args=(0, PATIENCE))
    follower.start()
    events.close()
    follower.join(PATIENCE)
    assert not follower.is_alive()
    assert events.after(0, PATIENCE) == ()


def test_many_threads_leave_no_gap() -> None:
    events = EventLog()

    def tell() -> None:
        for _ in range(200):
            events.emit(notice="more")

    threads = [threading.Thread(target=tell) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.number for event in events.after(0)] == list(range(1, 1001))
