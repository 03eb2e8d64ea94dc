"""`changectl explain`: what a rule asks and why, and how it looks broken and kept."""

from typing import Annotated

import typer

from changectl.catalogue import all_rules
from changectl.cli.options import Json, output
from changectl.errors import NotFound
from changectl.model.explained import Explained
from changectl.model.node import Complaints
from changectl.planfile.words import nearest, quoted
from changectl.views.explained import explained_page, rules_json, rules_page


def verb(
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHG...]", help="Rules, like CHG104 or 104; by default a line for each."),
    ] = None,
    json: Json = False,
) -> None:
    """Explain a rule: what it asks, why, and examples."""
    found = [_rule(name) for name in rules] if rules else [*all_rules().values()]
    output(json).result(explained_page(found) if rules else rules_page(found), rules_json(found))


def _rule(name: str) -> Explained:
    spelled = name.strip().upper()
    wanted = f"CHG{spelled}" if spelled.isdecimal() else spelled
    if wanted not in all_rules():
        near = nearest(wanted, all_rules(), Complaints())
        raise NotFound(f"there is no rule {quoted(name)}", f"changectl explain {near}".strip(), rule=name)
    return all_rules()[wanted]
