"""Production as it is now, for a plan that is about to be written. Reads, and changes nothing."""

import re
from collections.abc import Iterable, Mapping

from changectl.catalogue import catalogue
from changectl.cli.ground import signed_in
from changectl.engine.world import Ground
from changectl.errors import ChangectlError, NotFound
from changectl.model.resource import Call, Resource, Target
from changectl.planfile.config import Env

MOST = 4
"""Alarms that are named to whoever writes a test; who wants another one knows it."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")  # fits into a comment, and says nothing else there


def ground_of(env: Env, change: str, region: str = "") -> Ground:
    """Where the plan will be carried out. Raises NotSignedIn, Unreachable."""
    return signed_in(env, region, catalogue(), change).ground


def live(ground: Ground, targets: Iterable[Target]) -> Mapping[Target, Resource]:
    """What each resource is like. Raises NotFound, NotSignedIn, Unreachable."""
    from changectl.engine.capture import capture
    from changectl.engine.finding import find

    wanted = tuple(dict.fromkeys(targets))
    found = find(ground.kinds, wanted, ground.eyes, ground.region)
    now = capture(ground.kinds, found.refs.values(), ground.eyes, found.anchors)
    for target in wanted:
        if now[found.refs[target]] is None:
            raise NotFound(f"there is no {target} in {ground.region}", "look at its name, and at the env's regions")
    return {target: now[found.refs[target]] or {} for target in wanted}


def alarms(ground: Ground, targets: Iterable[Target]) -> tuple[str, ...]:
    """Some alarms whose names begin as the resources' do, `rentals-5xx` for `load-balancer/rentals`; none where that fails.

    By that beginning, and not all: an account may have thousands.
    """
    beginnings = dict.fromkeys(word for target in targets if (word := _beginning(target.name)))
    found: dict[str, None] = {}
    for word in beginnings:
        wanted = {"AlarmNamePrefix": word, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        try:
            answer = ground.eyes.ask(Call("cloudwatch", "DescribeAlarms", wanted, ground.region))
        except ChangectlError:  # a plan can be written without
            return ()
        listed = (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ()))
        found |= dict.fromkeys(each["AlarmName"] for each in listed if _PLAIN.fullmatch(each["AlarmName"]))
    return tuple(found)[:MOST]


def _beginning(name: str) -> str:
    """The first word of a name; nothing of an ARN or of an id of AWS's own."""
    word = re.split(r"[^A-Za-z0-9]", name.lstrip("/"), maxsplit=1)[0]
    return word if len(word) > len("arn") else ""
