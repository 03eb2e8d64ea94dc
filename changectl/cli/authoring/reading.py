"""Production as it is now, for a plan that is about to be written. Reads, and changes nothing."""

from collections.abc import Iterable, Mapping

from changectl.catalogue import catalogue
from changectl.cli.ground import signed_in
from changectl.errors import NotFound
from changectl.model.resource import Resource, Target
from changectl.planfile.config import Env


def live(env: Env, targets: Iterable[Target], change: str, region: str = "") -> Mapping[Target, Resource]:
    """What each resource is like. Raises NotFound, NotSignedIn, Unreachable."""
    from changectl.engine.capture import capture
    from changectl.engine.finding import find

    wanted = tuple(dict.fromkeys(targets))
    ground = signed_in(env, region, catalogue(), change).ground
    found = find(ground.kinds, wanted, ground.eyes, ground.region)
    now = capture(ground.kinds, found.refs.values(), ground.eyes, found.anchors)
    for target in wanted:
        if now[found.refs[target]] is None:
            raise NotFound(f"there is no {target} in {ground.region}", "look at its name, and at the env's regions")
    return {target: now[found.refs[target]] or {} for target in wanted}
