"""Files that come whole or not at all, and never in the place of another."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from changectl.errors import WrongUsage


def create(path: Path, content: str) -> None:
    """A new file with this content. Raises WrongUsage where there is one, or it cannot be written."""
    with _written_beside(path, content) as beside:
        try:
            os.link(beside, path)  # unlike a rename, it fails where there is something already
        except FileExistsError:
            raise WrongUsage(f"{path} exists already, and is left as it is", "give the plan another --id") from None


def replace(path: Path, content: str) -> None:
    """The file with this content, whatever it was. Raises WrongUsage where it cannot be written."""
    with _written_beside(path, content) as beside:
        beside.replace(path)


@contextmanager
def _written_beside(path: Path, content: str) -> Iterator[Path]:
    """The content in a file of the same folder that is gone afterwards, also after Ctrl-C."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("x", encoding="utf-8", newline="\n") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield beside
        finally:
            beside.unlink(missing_ok=True)
    except OSError as why:
        raise WrongUsage(
            f"{path} cannot be written: {why.strerror}", f"ls -ld {path.parent} && df -h {path.parent}"
        ) from why
