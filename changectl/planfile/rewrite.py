"""A plan file gets other bytes: all of them or none, at once for whoever reads meanwhile, and with the mode it had."""

import os
from contextlib import suppress
from pathlib import Path


class Elsewhere(OSError):
    """The file is a link that leads out of the repository, or it is not any more what was read."""


def rewrite(root: Path, path: Path, before: bytes, after: bytes) -> None:
    """Put `after` where `before` is; a link to another file of the repository stays a link. Raises OSError."""
    import secrets

    target = path.resolve(strict=True)
    if not target.is_relative_to(root.resolve()):
        raise Elsewhere("it is a link that leads out of the repository")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if target.read_bytes() != before:
            raise Elsewhere("somebody else has written it meanwhile")
        beside.replace(target)
        _sync(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """The new name is durable too, where the file system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
