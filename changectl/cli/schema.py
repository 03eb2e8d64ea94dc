"""`changectl schema`: the JSON Schema of plans or of changectl.toml."""

import sys
from enum import Enum
from typing import Annotated

import typer

from changectl.cli.authoring.schemas import of_configuration, of_plans, schema_text


class Of(Enum):
    """What the schema is of."""

    PLAN = "plan"
    CONFIG = "config"


def verb(of: Annotated[Of, typer.Argument(metavar="plan|config", help="Of plans, or of changectl.toml.")]) -> None:
    """Print a JSON Schema, of plans or changectl.toml, for editors."""
    match of:
        case Of.PLAN:
            schema = of_plans()
        case Of.CONFIG:
            schema = of_configuration()
    sys.stdout.write(schema_text(schema))
