"""What the simulator finds and is not mended yet: by sweep, scenario and invariant, with the reason. It must shrink to nothing.

One that is known and is not found any more fails as well.
"""

KNOWN: dict[tuple[str, str, int], str] = {
    ("strangers", "compared and set, and the check fails", 4): (
        "of two settings that are put back one after the other, the second is not compared again after the first was written"
    ),
}
