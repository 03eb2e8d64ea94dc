"""`changectl sandbox`: a pretend AWS on this machine, with the production of Unicorn Rentals in it."""

import shlex
from pathlib import Path

import typer

from changectl.aws.sandbox.record import Sandbox
from changectl.cli.options import Json, output
from changectl.cli.state import state_home
from changectl.errors import NotFound
from changectl.model.status import Status
from changectl.register.disk import make_folders
from changectl.views.page import command, line, text

app = typer.Typer(no_args_is_help=True, help="A pretend AWS on this machine: nothing real can be touched.")


@app.command()
def start(json: Json = False) -> None:
    """Start the sandbox, or say where the running one is."""
    from changectl.aws.sandbox.server import start as begin
    from changectl.aws.sandbox.server import status as running
    from changectl.aws.sandbox.unicorn import populate

    make_folders(state_home())  # snapshots will be in it, too
    fresh = running(_state()) is None
    sandbox = begin(_state())
    if fresh:
        populate(sandbox.endpoint, sandbox.region)
    _say(json, "The sandbox is running", sandbox)


@app.command()
def stop(json: Json = False) -> None:
    """Stop the sandbox; everything in it is gone."""
    from changectl.aws.sandbox.server import stop as end

    was = end(_state())
    page = (line("The sandbox is stopped." if was else "No sandbox was running."),)
    output(json).result(page, {"schema": "changectl/sandbox/1", "running": False})


@app.command()
def status(json: Json = False) -> None:
    """Say whether a sandbox is running, and where."""
    from changectl.aws.sandbox.server import status as running

    sandbox = running(_state())
    if sandbox is None:
        page = (line("No sandbox is running."), line("Next: ", command("changectl sandbox start")))
        output(json).result(page, {"schema": "changectl/sandbox/1", "running": False})
        raise typer.Exit(int(Status.USAGE))
    _say(json, "The sandbox is running", sandbox)


@app.command()
def reset(json: Json = False) -> None:
    """Empty the sandbox and set up Unicorn Rentals anew."""
    from changectl.aws.sandbox.server import reset as empty
    from changectl.aws.sandbox.unicorn import populate

    sandbox = empty(_state())
    populate(sandbox.endpoint, sandbox.region)
    _say(json, "The sandbox is as new", sandbox)


@app.command()
def env(json: Json = False) -> None:
    """Print what lets any AWS client look into it, for eval "$(…)"."""
    from changectl.aws.sandbox.server import environment
    from changectl.aws.sandbox.server import status as running

    sandbox = running(_state())
    if sandbox is None:
        raise NotFound("no sandbox is running", "changectl sandbox start")
    variables = environment(sandbox)
    page = tuple(line(text(f"export {name}={shlex.quote(value)}")) for name, value in variables.items())
    output(json).result(page, {"schema": "changectl/sandbox-env/1", "environment": variables})


def _state() -> Path:
    return state_home() / "sandbox"


def _say(json: bool, sentence: str, sandbox: Sandbox) -> None:
    page = (
        line(f"{sentence} at ", text(sandbox.endpoint), f" (account {sandbox.account}, {sandbox.region})."),
        line("Look into it: ", command('eval "$(changectl sandbox env)" && aws ec2 describe-security-groups')),
        line("Next: ", command("changectl init --sandbox")),
    )
    document = {
        "schema": "changectl/sandbox/1",
        "running": True,
        "endpoint": sandbox.endpoint,
        "account": sandbox.account,
        "region": sandbox.region,
        "pid": sandbox.pid,
    }
    output(json).result(page, document)
