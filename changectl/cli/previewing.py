"""From a plan to its preview and proposal, which `preview`, `propose`, `approve` and `apply` all start from."""

from dataclasses import replace

from changectl.catalogue import catalogue
from changectl.cli.desk import Desk, Loaded, configuration_in
from changectl.cli.ground import Signed, signed_in
from changectl.cli.memory import Memory
from changectl.engine.preview import Foreseen, foresee
from changectl.engine.proposal import proposal
from changectl.errors import ConfigurationWrong, GateRefused
from changectl.model.events import Proposed
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.planfile.config import Configuration, Env
from changectl.register.propose import config_at_default_branch


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
    """The configuration that holds: for production, with a remote, the one that the whole team agreed to."""
    if found.repository.remote is None or not any(env.production for env in here.configuration.envs.values()):
        return here
    path = (here.root / "changectl.toml").relative_to(found.repository.root)
    content = config_at_default_branch(found.repository, str(path))
    if content is None:
        return Desk(here.cwd, here.root, _without_production(here.configuration))
    agreed = configuration_in(content, f"{path} of the remote's default branch")
    tame = {
        name: env for name, env in here.configuration.envs.items() if not env.production and name not in agreed.envs
    }
    return Desk(here.cwd, here.root, replace(agreed, envs={**tame, **agreed.envs}))


def _without_production(configuration: Configuration) -> Configuration:
    """Nothing was agreed yet: what is not production may go on, production may not."""
    tame = {name: env for name, env in configuration.envs.items() if not env.production}
    if not tame:
        raise ConfigurationWrong(
            "changectl.toml is not on the remote's default branch, where the rules for production are read from",
            "commit and push it: git add changectl.toml && git commit && git push",
        )
    return replace(configuration, envs=tame)
