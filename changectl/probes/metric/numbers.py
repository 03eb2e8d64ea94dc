"""Numbers and windows as people read them."""

from datetime import timedelta


def spelled(*values: float) -> list[str]:
    """Each in as few digits as four, or as many as tell those apart that differ."""
    for digits in range(4, 18):
        words = [_spelled(value, digits) for value in values]
        if len(set(words)) == len(set(values)):
            break
    return words


def short(window: timedelta) -> str:
    """`1h30m`, as a plan writes it."""
    hours, minutes = divmod(window // timedelta(minutes=1), 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m")) if number)


def _spelled(value: float, digits: int) -> str:
    if value != 0 and not 1e-5 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    rounded = float(f"{value:.{max(digits, len(str(int(abs(value)))))}g}")
    text = f"{rounded:,.{digits + 5}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
