"""The real command, whose leases last so many seconds: `python -m tests.leases.command SECONDS WORD…`."""

import sys
from dataclasses import replace
from datetime import timedelta

from changectl.cli import memory
from changectl.cli.main import run
from changectl.register.log import Register, register_of
from changectl.register.repository import Repository


def main(seconds: float, words: list[str]) -> int:
    """How the command ends."""

    def with_lease(repository: Repository, author: str = "") -> Register:
        return replace(register_of(repository, author), lease=timedelta(seconds=seconds))

    memory.register_of = with_lease  # type: ignore[attr-defined]
    return run(words)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
