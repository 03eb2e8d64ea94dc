"""A wish to stop is heard, whenever it comes."""

import signal

from changectl.cli.stops import Stops


def test_whoever_asks_to_stop_just_before_a_wait_is_not_waited_for() -> None:
    stops = Stops()
    stops.count()
    stops.come(signal.SIGINT, None)

    def lost() -> None:
        raise AssertionError("it waits")

    stops.meanwhile = lost
    stops.wait(3600)
    assert stops.unheard


def test_what_was_heard_before_ends_no_later_wait() -> None:
    stops, looked = Stops(), []
    stops.come(signal.SIGINT, None)
    stops.count()
    stops.meanwhile = lambda: looked.append("after")
    stops.wait(0)
    assert looked == ["after"]
