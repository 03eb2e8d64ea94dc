"""The JSON Schemas of this version, made of what the catalogue holds; and the one beside changectl.toml."""

import json
import re
from pathlib import Path

from changectl import __version__
from changectl.catalogue import catalogue, forges, lint_rules
from changectl.contracts.action import AnyAction
from changectl.contracts.probe import AnyProbe
from changectl.model.resource import Body
from changectl.planfile.draft import SCHEMA
from changectl.planfile.jsonschema import FormSchema, plan_schema
from changectl.planfile.jsonschema_config import config_schema


def of_plans() -> Body:
    """What a plan may say."""
    found = catalogue()
    return plan_schema(
        [_form(action) for action in found.actions.values()],
        [_form(probe) for probe in found.probes.values()],
        __version__,
    )


def of_configuration() -> Body:
    """What changectl.toml may say."""
    return config_schema(
        {name: (channel.summary, channel.settings) for name, channel in catalogue().channels.items()},
        {name: forge.summary for name, forge in forges().items()},
        {rule.id: rule.title for rule in lint_rules().values()},
        __version__,
    )


def schema_text(schema: Body) -> str:
    """A schema as a file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def schema_path(root: Path) -> Path:
    """Where the schema of plans lies, by which their first line names it."""
    return root / SCHEMA


def stale_schema(root: Path) -> str | None:
    """What that file should hold, where it is missing or of this or an older version and not the same; else None.

    A newer one stays: two people with two versions would otherwise change it to and fro.
    """
    try:
        there = schema_path(root).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        there = ""
    found = re.search(r'"\$comment": "changectl (\d+(?:\.\d+)*)', there)
    if found and _numbers(found[1]) > _numbers(__version__):
        return None
    content = schema_text(of_plans())
    return None if content == there else content


def _form(of: AnyAction | AnyProbe) -> FormSchema:
    return FormSchema(of.key, of.summary, of.members, of.schema(catalogue().kinds))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
