"""From a plan to its preview and proposal, which `preview`, `propose`, `approve` and `apply` all start from."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from changectl.catalogue import catalogue
from changectl.cli.desk import FILE, Desk, Loaded, configuration_in
from changectl.cli.ground import Signed, is_loopback, signed_in
from changectl.cli.memory import Memory
from changectl.engine.preview import Foreseen, foresee
from changectl.engine.proposal import proposal
from changectl.errors import ConfigurationWrong, GateRefused
from changectl.model.events import Proposed
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.planfile.config import Configuration, Env, read_configuration


@dataclass(frozen=True, slots=True)
class Previewed:
    """A plan over production as it is now."""

    loaded: Loaded
    env: Env
    signed: Signed
    foreseen: Foreseen
    proposed: Proposed


def previewed(here: Desk, loaded: Loaded, found: Memory | None, authors: tuple[str, ...] = ()) -> Previewed:
    """Read production and foresee the plan. `found` None: without a repository, which is enough to look."""
    plan = loaded.plan
    env = rules(here, found).env(plan.env) if found else here.env(plan.env)
    _in_regions(plan, env)
    signed = signed_in(env, plan.region, catalogue(), plan.id)
    foreseen = foresee(plan, signed.ground)
    return Previewed(loaded, env, signed, foreseen, proposal(plan, foreseen, signed.ground.kinds, authors))


def _in_regions(plan: Plan, env: Env) -> None:
    """Every step is in a region of the environment. Raises GateRefused."""
    outside = sorted({step.region for step in plan.all_steps() if step.region and step.region not in env.regions})
    if outside:
        raise GateRefused(
            f"{', '.join(outside)} is not a region of {env.name} ({', '.join(env.regions)})", "add it to changectl.toml"
        )


def rules(here: Desk, found: Memory) -> Desk:
    """The configuration that holds: for production, with a remote, the one that the whole team agreed to.

    Raises ConfigurationWrong where an env here says of an account that it is not production, and the team says it is.
    """
    if found.repository.remote is None:
        return here
    content = found.agreed(here.root / FILE)
    if content is None:
        return Desk(here.cwd, here.root, _without_production(here.configuration, found))
    agreed = configuration_in(content, f"{FILE} of the remote's default branch")
    if not any(env.production for each in (here.configuration, agreed) for env in each.envs.values()):
        return here
    own = {name: env for name, env in here.configuration.envs.items() if name not in agreed.envs}
    return Desk(here.cwd, here.root, replace(agreed, envs={**_tame(own, (agreed,)), **agreed.envs}))


def _tame(own: Mapping[str, Env], agreed: Iterable[Configuration]) -> Mapping[str, Env]:
    """What of the envs that only this work tree has is not production, and by no other name either."""
    dear = {env.account: env.name for each in agreed for env in each.envs.values() if env.production}
    found = {name: env for name, env in own.items() if not env.production}
    for name, env in found.items():
        if env.account in dear and not is_loopback(env.endpoint):
            raise ConfigurationWrong(
                f"env {name} is account {env.account}, which is {dear[env.account]}: production, by the default branch",
                f"take [env.{name}] out of {FILE}, or have it merged",
            )
    return found


def _without_production(configuration: Configuration, found: Memory) -> Configuration:
    """Nothing was agreed for this folder yet: what is not production may go on, production may not."""
    elsewhere = (read_configuration(content)[0] for content in found.agreed_anywhere(FILE))
    tame = _tame(configuration.envs, filter(None, elsewhere))
    if not tame:
        raise ConfigurationWrong(
            "changectl.toml is not on the remote's default branch, where the rules for production are read from",
            "commit and push it: git add changectl.toml && git commit && git push",
        )
    return replace(configuration, envs=tame)
