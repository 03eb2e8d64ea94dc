"""The story of the demo: who types what, how it ends, and what is said between. Told by `demo.py`."""

from typing import TypeAlias

from changectl.model.frozen import dataclass
from changectl.model.status import Status

ANA, BEN = "ana", "ben"
GOOD = "2026-11-24-raise-alb-timeout"
BAD = "2026-11-25-let-reporting-read-bookings"
STALE = "2026-11-26-give-checkout-longer"
REGISTER = "origin/changectl/register"


@dataclass(frozen=True, slots=True)
class Act:
    """A part of the story begins."""

    title: str


@dataclass(frozen=True, slots=True)
class Says:
    """A paragraph between commands."""

    words: str


@dataclass(frozen=True, slots=True)
class Writes:
    """Somebody writes a plan file, and it is shown."""

    who: str
    plan: str


@dataclass(frozen=True, slots=True)
class Types:
    """A command is typed, and ends with this status."""

    who: str
    words: str
    status: int = 0


@dataclass(frozen=True, slots=True)
class ShowsEvent:
    """One event of a change is shown, as the register has it."""

    who: str
    change: str
    event: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody gives a parameter another value, past changectl."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Compares:
    """AWS is compared with what it was: exactly these settings differ, as (setting, was, is)."""

    expected: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """A command that the reader may type next, and what it is for."""

    words: str
    purpose: str


Part: TypeAlias = Act | Says | Writes | Types | ShowsEvent | ByHand | Compares | Offers


def _reviewed(change: str) -> tuple[Part, ...]:
    """Ana proposes, Ben reads and approves."""
    return (
        Types(ANA, f"changectl propose {change}"),
        Types(BEN, "git fetch --quiet"),
        Types(BEN, f"git switch --quiet change/{change}"),
        Types(BEN, f"changectl approve {change}"),
    )


STORY: tuple[Part, ...] = (
    Act("1. A change that works"),
    Says(
        "Ana and Ben look after the production of Unicorn Rentals. Checkouts are cut off after a minute, so Ana "
        "writes a plan: what, why, how we know that it works, and how it comes back."
    ),
    Writes(ANA, GOOD),
    Types(ANA, "changectl check"),
    Says("She proposes it. What would change is read from production, not guessed; Ben approves exactly that."),
    *_reviewed(GOOD),
    Says("Now it may be applied: locked, snapshot taken, changed, tested, and read again."),
    Types(ANA, f"changectl apply {GOOD} --confirm prod"),
    Act("2. A change that fails, and goes back by itself"),
    Says(
        "Finance wants to read the bookings. Ana lists who may reach the database, and forgets checkout. It is late, "
        "and Ben does not notice either, though the preview shows it. The plan's test does."
    ),
    Writes(ANA, BAD),
    *_reviewed(BAD),
    Types(ANA, f"changectl apply {BAD} --confirm prod", Status.ROLLED_BACK),
    Says(
        "Nobody had to remember what the rules had been: the snapshot did, and production was read again to prove it."
    ),
    Act("3. A change that is refused, since production moved"),
    Writes(ANA, STALE),
    *_reviewed(STALE),
    Says("Before Ana applies it, somebody changes the same parameter by hand, with boto3, past changectl:"),
    ByHand("/rentals/checkout/timeout", "90"),
    Says("Ben approved 30 becoming 45. That is no longer what would happen, so it does not happen:"),
    Types(ANA, f"changectl apply {STALE} --confirm prod", Status.STALE),
    Act("4. What everyone can read afterwards"),
    Types(BEN, "changectl log"),
    Types(BEN, f"changectl show {BAD}"),
    Says("The register is files in git. It needs no changectl to be read, now or in ten years:"),
    Types(BEN, f"git log --format='%h %an: %s' {REGISTER}"),
    ShowsEvent(BEN, BAD, "check-failed"),
    Act("5. Is that true?"),
    Says("Every setting of the pretend AWS was read with plain boto3 before the story, and is read again now:"),
    Compares(
        (
            ("load-balancer rentals idle_timeout.timeout_seconds", "60", "120"),
            ("parameter /rentals/checkout/timeout", "30", "90"),
        )
    ),
    Says(
        "The first is Ana's good change, the second was done by hand. The bad change and the refused one left nothing."
    ),
    Act("What to try next"),
    Offers("changectl sandbox start", "a pretend AWS of your own"),
    Offers('eval "$(changectl sandbox env)"', "its AWS keys, for changectl too"),
    Offers("changectl init --sandbox", "in a repository; then write a plan"),
    Offers("changectl demo --keep", "this story, and its folder is kept"),
)
