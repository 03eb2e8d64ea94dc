"""A wait with a budget: how much of it is left, and what to tell people meanwhile."""

from collections.abc import Callable


class Patience:
    """`what` goes on, for `seconds` at the most, from now on."""

    def __init__(self, monotonic: Callable[[], float], what: str, seconds: float) -> None:
        self._monotonic, self._since = monotonic, monotonic()
        self.what, self.seconds = what, seconds

    @property
    def left(self) -> float:
        """Seconds until it is over; none when it is."""
        return max(0.0, self._since + self.seconds - self._monotonic())

    @property
    def says(self) -> str:
        """`load-balancer/rentals: still changing, 2m10s of 30m`."""
        return f"{self.what}, {spelled(int(self.seconds - self.left))} of {spelled(int(self.seconds))}"


def spelled(seconds: int) -> str:
    """`1h30m`, as a plan writes it."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
