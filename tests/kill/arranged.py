"""What is arranged in a forked command before its first line: its patience, and its death at a record of its journal."""

import os
import signal
from collections.abc import Mapping
from functools import partial
from typing import Any

WAYS = ("before", "torn", "unsynced", "after")
"""When it dies at a record: before any of it is written, when half is, when all is and none is synced, or afterwards."""


def arrange(wanted: Mapping[str, Any]) -> None:
    """`patience`: seconds for an answer of AWS. `settle`: share of the horizons that an emulator need not have.
    `die`: the number of the record, counted from 1, and one of `WAYS`."""
    if "patience" in wanted:
        from changectl.cli import ground

        ground.Settings = partial(ground.Settings, read_timeout=wanted["patience"])  # type: ignore[assignment,misc]
    if "settle" in wanted:
        from changectl.cli.ground import Signed

        Signed.settle = wanted["settle"]  # type: ignore[method-assign,assignment]
    if "die" in wanted:
        _die(*wanted["die"])


def _die(number: int, way: str) -> None:
    from changectl.register import disk

    append, write_at, records = disk.Lines.append, disk.write_at, 0

    def dying(lines: disk.Lines, *given: Any, **named: Any) -> int:
        nonlocal records
        records += 1
        if records != number:
            return append(lines, *given, **named)
        if way == "before":
            _gone()
        disk.write_at = torn if way == "torn" else whole
        at = append(lines, *given, **named)
        _gone()
        return at

    def torn(descriptor: int, content: bytes, offset: int) -> None:
        if content.strip(b"\0"):  # no room, but the record
            write_at(descriptor, content[: len(content) // 2], offset)
            _gone()
        write_at(descriptor, content, offset)

    def whole(descriptor: int, content: bytes, offset: int) -> None:
        write_at(descriptor, content, offset)
        if content.strip(b"\0") and way == "unsynced":
            _gone()

    disk.Lines.append = dying  # type: ignore[method-assign]


def _gone() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()
