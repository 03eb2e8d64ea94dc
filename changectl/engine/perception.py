"""A probe's senses: AWS as the attempt sees it, and the outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from changectl.contracts.probe import CannotAsk, CommandAnswer, HttpAnswer
from changectl.engine.attempt import Attempt
from changectl.engine.sight import Live
from changectl.errors import ChangectlError
from changectl.model.frozen import dataclass
from changectl.model.plan import Step
from changectl.model.resource import Body, Call, Ref, Resource, Target

_NO_STEP = Step("", "", "", None)


@dataclass(frozen=True, slots=True)
class Perception:
    """What a probe may use while an attempt is conducted; `judged_since`: see `Senses.since`."""

    attempt: Attempt
    judged_since: datetime | None

    def time(self) -> datetime:
        """The time of day, in UTC."""
        return self.attempt.world.clock.now()

    def began(self) -> datetime | None:
        """When this attempt began; None as long as it has changed nothing."""
        change = self.attempt.change
        return datetime.fromisoformat(change.began_at) if change.wants and change.began_at else None

    def since(self) -> datetime | None:
        """From when on production is what is judged."""
        return self.judged_since

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        """One request. Raises CannotAsk."""
        return self.attempt.world.outside.http(method, url, timeout)

    def command(self, argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
        """One child. Raises CannotAsk."""
        return self.attempt.world.outside.command(argv, timeout)

    def aws(self, call: Call) -> Mapping[str, Body]:
        """The answer of one reading call. Raises CannotAsk."""
        try:
            return self.attempt.world.ground.eyes.ask(call)
        except ChangectlError as why:
            raise CannotAsk(why.sentence) from why

    def ref(self, target: Target) -> Ref:
        """As pinned at preview. Raises NotFound."""
        return Live(self.attempt, _NO_STEP).ref(target)

    def now(self, ref: Ref) -> Resource | None:
        """Its facets now, read afresh. Raises CannotAsk."""
        try:
            return self.attempt.read([ref])[ref]
        except ChangectlError as why:
            raise CannotAsk(why.sentence) from why

    @property
    def region(self) -> str:
        """The plan's."""
        return self.attempt.world.ground.region
