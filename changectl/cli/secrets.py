"""The secrets that a plan names: read from the environment when they are used, and never shown."""

import os
from collections.abc import Mapping
from typing import Any

from changectl.errors import NotFound


class Secrets:
    """The secrets that a plan names, from the environment, and what is shown in their place."""

    def __init__(self) -> None:
        self._used: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The secret of that name. Raises NotFound."""
        if not (value := os.environ.get(name, "")):
            raise NotFound(f"the secret {name} is not set", f"export {name}=… (it is never shown or recorded)")
        self._used[name] = value
        return value

    def hidden(self, value: Any) -> Any:
        """The value with every secret that was used replaced, wherever in it that stands."""
        match value:
            case str():
                for name, secret in self._used.items():
                    value = value.replace(secret, f"(secret {name})")
                return value
            case Mapping():
                return {self.hidden(name): self.hidden(child) for name, child in value.items()}
            case list() | tuple():
                return [self.hidden(child) for child in value]
            case _:
                return value
