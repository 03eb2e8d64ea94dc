"""Times with a zone: `2026-11-24 03:00 Pacific/Auckland`, or RFC 3339. Never a time that means two, or none."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from changectl.model.node import Complaints, Node
from changectl.planfile.schema import written
from changectl.planfile.words import described, meant, quoted

_TIME = re.compile(
    r"(20\d\d-\d\d-\d\d)[ Tt](\d\d:\d\d(?::\d\d)?)"
    r"(?: ?(?P<offset>[Zz]|UTC|[-+]\d\d:\d\d))?"
    r"(?: (?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}))?",
    re.ASCII,
)
_EXAMPLE = "write it like 2026-11-24 03:00 Pacific/Auckland or 2026-11-24T03:00:00+13:00"


def moment(node: Node, complaints: Complaints) -> datetime | None:
    """A time with its zone."""
    found = _TIME.fullmatch(written(node) or "")
    local = _local(f"{found[1]}T{found[2]}") if found else None
    offset = _offset(found["offset"]) if found else None
    if not found or local is None or (found["offset"] and offset is None):
        complaints.add("CHG124", f"a time with its zone is wanted, and here is {described(node)}", node, _EXAMPLE)
        return None
    if found["zone"]:
        return _in_zone(local, found["zone"], offset, node, complaints)
    if offset is None:
        complaints.add("CHG124", "the time has no zone: whose 3 o'clock is meant?", node, _EXAMPLE)
        return None
    return local.replace(tzinfo=offset)


def _local(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        return None
    length = timedelta(hours=hours, minutes=minutes)
    return timezone(-length if text[0] == "-" else length)


def _in_zone(
    local: datetime, name: str, offset: timezone | None, node: Node, complaints: Complaints
) -> datetime | None:
    zone = _zone(name)
    if zone is None:
        complaints.add("CHG124", f"there is no time zone {quoted(name)}", node, _near_zone(name, complaints))
        return None
    readings = {
        time.utcoffset(): time
        for fold in (1, 0)
        if (time := local.replace(tzinfo=zone, fold=fold)).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        == local
    }
    if not readings:
        sentence = f"{local:%H:%M} on {local:%Y-%m-%d} does not exist in {name}: the clocks go forward over it"
        complaints.add("CHG125", sentence, node)
        return None
    spellings = [f"{time.isoformat(' ', 'minutes')} {name}" for time in readings.values()]
    if offset is not None:
        meant_time = readings.get(offset.utcoffset(None))
        if meant_time is None:
            complaints.add("CHG124", f"the offset is not that of {name} then", node, f"write {' or '.join(spellings)}")
        return meant_time
    if len(readings) > 1:
        sentence = f"{local:%H:%M} on {local:%Y-%m-%d} comes twice in {name}: the clocks go back over it"
        complaints.add("CHG126", sentence, node, f"write {' or '.join(sorted(spellings))}")
        return None
    return next(iter(readings.values()))


def _zone(name: str) -> tzinfo | None:
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _near_zone(name: str, complaints: Complaints) -> str:
    import zoneinfo

    return meant(name, zoneinfo.available_timezones(), complaints)
