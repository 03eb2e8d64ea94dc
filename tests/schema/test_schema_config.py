"""The JSON Schema of changectl.toml: it takes what changectl takes, and refuses what is wrong by its shape."""

import re
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from changectl.cli.authoring.schemas import of_configuration
from changectl.planfile.config import Env
from changectl.planfile.rules import RULES

HERE = Path(__file__).parents[2]
SHORTEST = '[env.prod]\naccount = "123456789012"\nregions = ["ap-southeast-2"]\n'
WHOLE = """\
[env.prod]
account = "123456789012"
regions = ["ap-southeast-2", "us-east-1"]
production = true
profile = "rentals-prod"
role = "arn:aws:iam::123456789012:role/changectl-apply"
read_role = "arn:aws:iam::123456789012:role/changectl-read"
endpoint = "https://vpce.example.com"
approvals = {low = 0, high = 2}
bookkeeping = ["s3-object/tf-state/*"]
settings = {slots = 3, loud = true, name = "x"}

[team]
of_one = true
people = ["ana", "ben"]

[review]
by = "github"
repository = "unicorn/rentals"
api = "https://github.example.com/api/v3"
signers = "people/allowed_signers"

[lint]
CHG501 = "off"

[[channel]]
kind = "webhook"
url = "https://example.com/hook"
header = "Authorization: Bearer not-a-real-token"
"""


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(of_configuration())


def wrong(text: str) -> list[str]:
    value: Any = tomllib.loads(text)
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in validator().iter_errors(value)]


def with_part(part: str) -> str:
    """The shortest configuration, with the part in the place of the line of the same name."""
    name = part.split("=")[0]
    return "\n".join([*(row for row in SHORTEST.splitlines() if row.split("=")[0] != name), part])


def test_it_has_every_member_that_an_env_has() -> None:
    assert set(of_configuration()["properties"]["env"]["additionalProperties"]["properties"]) == {
        each.name for each in fields(Env) if each.name != "name"
    }


def test_the_schema_is_of_draft_07() -> None:
    Draft7Validator.check_schema(of_configuration())
    assert of_configuration()["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("text", ["", SHORTEST, WHOLE, '[review]\nby = "signature"', '[review]\nby = "identity"'])
def test_what_changectl_takes_is_taken(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize("page", ["configuration.md"])
def test_every_configuration_of_the_docs_is_taken(page: str) -> None:
    text = (HERE / "docs" / "reference" / page).read_text()
    blocks = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks
    assert [wrong(block) for block in blocks if block.startswith("[env")] == [
        [] for b in blocks if b.startswith("[env")
    ]


JUDGED = ["CHG161", "CHG163", "CHG165", "CHG166", "CHG167"]
"""CHG160 is about the text, CHG162 and CHG164 about two members that must fit together."""


@pytest.mark.parametrize("rule", JUDGED)
def test_the_bad_example_of_a_rule_about_shape_is_refused_and_the_good_one_is_taken(rule: str) -> None:
    assert wrong(with_part(RULES[rule].bad)) != []
    assert wrong(with_part(RULES[rule].good)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[env.prod]\naccont = 'x'\naccount='123456789012'\nregions=['us-east-1']", "env/prod: Additional properties"),
        ("[env.prod]\naccount='123456789012'\nregions=[]", "env/prod/regions: [] should be non-empty"),
        ("[env.prod]\naccount='123456789012'", "env/prod: 'regions' is a required property"),
        ("[env.prod]\naccount='123456789012'\nregions=['Sydney']", "env/prod/regions/0: 'Sydney' does not match"),
        ("[[channel]]\nurl = 'x'", "channel/0: 'kind' is a required property"),
        ("[[channel]]\nkind = 'webhook'\nulr = 'x'", "channel/0: 'ulr' is not one of"),
        ("[channels]\n", "Additional properties are not allowed"),
        ("[lint]\nCHG104 = 'off'", "lint: 'CHG104' does not match"),
        ("[lint]\nCHG501 = 'none'", "lint/CHG501: 'none' is not one of"),
        ("[team]\nof_one = 1", "team/of_one: 1 is not of type 'boolean'"),
    ],
)
def test_what_is_wrong_by_its_shape_is_refused_at_its_place(text: str, said: str) -> None:
    assert any(said in each for each in wrong(text)), wrong(text)
