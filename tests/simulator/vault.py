"""The vault of the simulator: bodies by number, the same for all histories, so that equal histories have equal digests."""

import json
from typing import Any


class Vault:
    """Bodies that were kept."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._bodies: dict[str, Any] = {}

    def keep(self, body: Any) -> str:
        """Under the same digest as an equal one."""
        text = json.dumps(body, sort_keys=True)
        if (found := self._numbers.get(text)) is None:
            found = self._numbers[text] = f"d{len(self._numbers)}"
            self._bodies[found] = json.loads(text)
        return found

    def fetch(self, digest: str) -> Any:
        """KeyError for what was never kept."""
        return self._bodies[digest]


VAULT = Vault()
