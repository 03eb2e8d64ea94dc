"""What the simulator finds and is not mended yet: by sweep, scenario and invariant, with the reason. It must shrink to nothing.

One that is known and is not found any more fails as well.
"""

KNOWN: dict[tuple[str, str, int], str] = {}
