"""Taking up an attempt where AWS cannot be asked: nothing is claimed of production then, least of all that it is untouched."""

from changectl.cli.conducting import taken_up
from changectl.cli.desk import Desk
from changectl.cli.ground import Signed
from changectl.cli.memory import Memory
from changectl.errors import NotSignedIn, Unreachable
from changectl.model.entry import Entry
from changectl.model.plan import Plan
from changectl.model.status import Production
from changectl.register.journal import Journal
from changectl.register.vault import Vault


def taken_up_again(here: Desk, found: Memory, change: str) -> tuple[Plan, Signed, Journal, Vault, tuple[Entry, ...]]:
    """As `taken_up`. Raises NotSignedIn and Unreachable with production unknown: an attempt of it is under way."""
    try:
        return taken_up(here, found, change)
    except (NotSignedIn, Unreachable) as why:
        why.production = Production.UNKNOWN
        raise
