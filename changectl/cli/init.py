"""`changectl init`: a changectl.toml and a plans/ folder, so that the next command works; and a team's set-up on its forge."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.desk import FILE
from changectl.cli.options import Directory, Json, NoInput, output
from changectl.cli.output import can_ask
from changectl.cli.setup.home import Home
from changectl.cli.setup.onboard import Said, new_rules, onboarded
from changectl.cli.setup.rules import production_rules, sandbox_rules
from changectl.errors import ConfigurationWrong, WrongUsage
from changectl.views.page import command, line, text


def verb(
    directory: Directory = Path(),
    env: Annotated[str, typer.Option("--env", metavar="ENV", help="The environment's name.")] = "",
    account: Annotated[str, typer.Option("--account", metavar="ID", help="Its AWS account, twelve digits.")] = "",
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="Its region.")] = "",
    sandbox: Annotated[bool, typer.Option("--sandbox", help="An environment for the sandbox of this machine.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Also a workflow, owners and roles for GitHub.")] = False,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="The same for GitLab.")] = False,
    repository: Annotated[
        str, typer.Option("--repository", metavar="OWNER/NAME", help="Which one there; by default the remote's.")
    ] = "",
    owners: Annotated[
        str, typer.Option("--owners", metavar="@TEAM…", help="Who must review plans, for CODEOWNERS.")
    ] = "",
    uses: Annotated[
        str, typer.Option("--uses", metavar="OWNER/NAME@REF", help="Where CI gets changectl; by default as here.")
    ] = "",
    ids: Annotated[
        str, typer.Option("--ids", metavar="OWNER/REPOSITORY", help="Their numbers, for repositories since July 2026.")
    ] = "",
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Make a changectl.toml and a plans/ folder here. Nothing that exists is overwritten."""
    if github and gitlab:
        raise WrongUsage("a team reviews in one place", "changectl init --github, or: changectl init --gitlab")
    path = directory / FILE
    forge = "github" if github else "gitlab" if gitlab else ""
    if path.exists() and not forge:
        raise ConfigurationWrong(f"{path} exists already, and is left as it is", "changectl check")

    def rules(home: Home | None) -> str:
        return _sandbox() if sandbox else _asked(env, account, region, home, no_input=no_input)

    if forge:
        said = Said(forge, repository, owners, uses, ids)
        return output(json).result(*onboarded(directory, said, rules, can_ask=can_ask(no_input)))
    new_rules(directory, rules(None))
    page = (line("Wrote ", text(path), "."), line("Next: ", command(f"changectl {'new' if sandbox else 'doctor'}")))
    return output(json).result(page, {"schema": "changectl/init/1", "wrote": [str(path)]})


def _asked(env: str, account: str, region: str, home: Home | None, *, no_input: bool) -> str:
    missing = [f"--{name}" for name, value in (("account", account), ("region", region)) if not value]
    if missing and not can_ask(no_input):
        raise WrongUsage(f"{' and '.join(missing)} missing", "changectl init --env prod --account ID --region REGION")
    return production_rules(
        env or (typer.prompt("Name of the environment", default="prod", err=True) if missing else "prod"),
        account or typer.prompt("AWS account (twelve digits)", err=True),
        region or typer.prompt("Region", err=True),
        home,
    )


def _sandbox() -> str:
    from changectl.aws.sandbox.server import status
    from changectl.cli.state import state_home

    running = status(state_home() / "sandbox")
    if running is None:
        raise WrongUsage("no sandbox is running", "changectl sandbox start")
    return sandbox_rules(running.account, running.region, running.endpoint)
