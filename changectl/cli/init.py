"""`changectl init`: a changectl.toml and a plans/ folder, so that the next command works."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.options import Directory, Json, NoInput, output
from changectl.cli.output import can_ask
from changectl.errors import ConfigurationWrong, WrongUsage
from changectl.planfile.config import read_configuration
from changectl.views.page import command, line, text

TEMPLATE = """\
# Who may change what, and where changectl records it. Read from the remote's default branch for production.

[env.{env}]
account = "{account}"           # compared with sts:GetCallerIdentity before anything else
regions = ["{region}"]
production = {production}              # production is confirmed by typing the env's name
{endpoint}approvals = {{low = {low}, medium = {low}, high = {high}}}

# [[channel]]
# kind = "webhook"
# url = "https://example.com/hook"
"""


def verb(
    directory: Directory = Path(),
    env: Annotated[str, typer.Option("--env", help="The environment's name.")] = "",
    account: Annotated[str, typer.Option("--account", help="Its AWS account, twelve digits.")] = "",
    region: Annotated[str, typer.Option("--region", help="Its region.")] = "",
    sandbox: Annotated[bool, typer.Option("--sandbox", help="An environment for the sandbox of this machine.")] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Make a changectl.toml and a plans/ folder here. Nothing that exists is overwritten."""
    path = directory / "changectl.toml"
    if path.exists():
        raise ConfigurationWrong(f"{path} exists already, and is left as it is", "changectl check")
    content = _sandbox() if sandbox else _asked(env, account, region, no_input=no_input)
    _, complaints = read_configuration(content.encode())
    if complaints:
        raise WrongUsage(complaints[0].message, complaints[0].help)
    (directory / "plans").mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    page = (line("Wrote ", text(path), "."), line("Next: ", command("write a plan in plans/, then: changectl check")))
    output(json).result(page, {"schema": "changectl/init/1", "wrote": [str(path)]})


def _asked(env: str, account: str, region: str, *, no_input: bool) -> str:
    missing = [f"--{name}" for name, value in (("account", account), ("region", region)) if not value]
    if missing and not can_ask(no_input):
        raise WrongUsage(f"{' and '.join(missing)} missing", "changectl init --env prod --account ID --region REGION")
    return _filled(
        env or (typer.prompt("Name of the environment", default="prod", err=True) if missing else "prod"),
        account or typer.prompt("AWS account (twelve digits)", err=True),
        region or typer.prompt("Region", err=True),
    )


def _filled(env: str, account: str, region: str) -> str:
    return TEMPLATE.format(env=env, account=account, region=region, production="true", endpoint="", low=1, high=2)


def _sandbox() -> str:
    from changectl.aws.sandbox.server import status
    from changectl.cli.state import state_home

    running = status(state_home() / "sandbox")
    if running is None:
        raise WrongUsage("no sandbox is running", "changectl sandbox start")
    endpoint = f'endpoint = "{running.endpoint}"\n'
    return TEMPLATE.format(
        env="sandbox",
        account=running.account,
        region=running.region,
        production="false",
        endpoint=endpoint,
        low=0,
        high=0,
    )
