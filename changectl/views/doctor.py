"""What the doctor found: a line for each thing that was looked at, and below it what to type."""

from collections.abc import Sequence

from changectl.model.diagnosis import Diagnosis, Health
from changectl.model.resource import Body
from changectl.views.page import Line, Page, Style, blank, line, text

LOOKS = {Health.OK: Style.GOOD, Health.MISSING: Style.BAD, Health.UNKNOWN: Style.WARN}
WIDTH = max(len(health.value) for health in Health)


def doctor_page(diagnoses: Sequence[Diagnosis]) -> Page:
    """In the order given, and at the end how many are missing."""
    lines = [part for each in diagnoses for part in _lines(each)]
    return (*lines, blank(), line(text(_summary(diagnoses), Style.STRONG)))


def doctor_document(diagnoses: Sequence[Diagnosis]) -> Body:
    """The same for programs."""
    return {
        "schema": "changectl/doctor/1",
        "missing": _many(diagnoses, Health.MISSING),
        "unknown": _many(diagnoses, Health.UNKNOWN),
        "found": [
            {"name": each.name, "state": each.health.value, "sentence": each.sentence, "mend": each.mend}
            for each in diagnoses
        ],
    }


def _lines(each: Diagnosis) -> list[Line]:
    state, gap = text(each.health.value, LOOKS[each.health]), " " * (WIDTH + 2 - len(each.health.value))
    said = line(state, gap, text(each.name, Style.STRONG), ": ", text(each.sentence), hang=WIDTH + 2)
    style = Style.QUIET if each.health is Health.OK else Style.COMMAND
    return [said, *([line(text(each.mend, style), indent=WIDTH + 2)] if each.mend else [])]


def _summary(diagnoses: Sequence[Diagnosis]) -> str:
    lacking, unclear = _many(diagnoses, Health.MISSING), _many(diagnoses, Health.UNKNOWN)
    unsure = f"; {unclear} could not be looked at" if unclear else ""
    return f"{lacking or 'Nothing'} {'are' if lacking > 1 else 'is'} missing{unsure}."


def _many(diagnoses: Sequence[Diagnosis], health: Health) -> int:
    return sum(each.health is health for each in diagnoses)
