"""Production is confirmed by typing its name."""

import sys

from changectl.cli.output import can_ask
from changectl.errors import GateRefused
from changectl.planfile.config import Env


def confirmed(env: Env, says: str, confirm: str, *, no_input: bool) -> None:
    """`says` is what is about to be done to it; `confirm` what was typed beforehand. Raises GateRefused."""
    if not env.production:
        return
    if not confirm and can_ask(no_input):
        sys.stderr.write(f"This {says}. Type {env.name} to go on: ")
        sys.stderr.flush()
        confirm = sys.stdin.readline().strip()
    if confirm != env.name:
        raise GateRefused(f"{env.name} is production and was not confirmed", f"add --confirm {env.name}")
