"""Work beside the doors: done again and again, whatever goes wrong, until it is stopped."""

from __future__ import annotations

from aas_server.errors import Unavailable
from aas_server.ingest.recurring import Recurring


class Counting(Recurring):
    """Counts its times; fails as often as it is told to, and is at rest for an hour once all is done."""

    def __init__(self, failures: int = 0, more: int = 0) -> None:
        super().__init__("counting", pause=3600.0, retries=(0.0, 0.001))
        self.times = 0
        self.was_last = False
        self._left = failures
        self._more = more

    def work(self) -> bool:
        self.times += 1
        if self._left:
            self._left -= 1
            raise Unavailable("store-disk-full", file="here")
        self._more -= 1
        return self._more >= 0

    def last(self) -> None:
        self.was_last = True


def test_what_fails_is_told_and_tried_again(until):
    counting = Counting(failures=4)
    counting.start()
    until(lambda: counting.times == 5 and counting.error is None)
    counting.stop()
    assert counting.was_last


def test_the_reason_stays_as_long_as_it_lasts(until):
    counting = Counting(failures=10**9)
    counting.start()
    until(lambda: counting.times > 3)
    error = counting.error
    counting.stop()
    assert error is not None
    assert error.key == "store-disk-full"


def test_it_rests_only_when_nothing_is_left(until):
    counting = Counting(more=5)
    counting.start()
    until(lambda: counting.times == 6)
    counting.stop()
    assert counting.times == 6


def test_who_never_began_can_be_stopped():
    counting = Counting()
    counting.stop()
    assert not counting.was_last
