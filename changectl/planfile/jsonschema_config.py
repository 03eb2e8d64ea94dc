"""The JSON Schema of changectl.toml (draft-07), for editors. What this refuses is refused by changectl too."""

from collections.abc import Mapping, Sequence

from changectl.model.plan import Risk
from changectl.model.resource import Body
from changectl.planfile.config_team import SEVERITIES
from changectl.planfile.jsonschema import DRAFT
from changectl.planfile.jsonschema_parts import REGION, RESOURCE, listed, record, said

_LINE = {"type": "string", "minLength": 1, "maxLength": 500}
_NO_SECRET = {**_LINE, "not": {"pattern": r"\b[xX][oO][xX][a-zA-Z]?[.-]|\b[xX][aA][pP][pP]-|//hooks\.slack\.com/"}}
_ROLE = {"type": "string", "pattern": r"^arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9_+=,.@/-]{1,500}$"}
_WAYS = ("signature", "identity")


def config_schema(
    channels: Mapping[str, tuple[str, Sequence[str]]], forges: Mapping[str, str], rules: Mapping[str, str], version: str
) -> dict[str, Body]:
    """The schema. `channels`: what each kind does, and its settings; `forges` and lint `rules`: what each is."""
    tables = {
        "env": {
            "type": "object",
            "additionalProperties": _ENV,
            "description": "An AWS account, by the name of the env.",
        },
        "channel": listed(_channel(channels)),
        "team": said(_TEAM, "Who works here."),
        "review": said(_review(forges), "What proves an approval."),
        "lint": said(_lint(rules), "How bad it is to break a lint rule."),
    }
    return {
        "$schema": DRAFT,
        "$comment": f"changectl {version}",
        "title": "changectl.toml",
        "description": "Who may change what, who approves, and who is told.",
        **record(tables),
    }


def _channel(channels: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, Body]:
    kinds = [{"const": kind, "description": summary} for kind, (summary, _) in channels.items()]
    known = sorted({name for _, names in channels.values() for name in names})
    return {
        "type": "object",
        "description": "One way to tell people.",
        "properties": {"kind": {"anyOf": kinds}, **dict.fromkeys(known, _NO_SECRET)},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"propertyNames": {"enum": ["kind", *names]}},
            }
            for kind, (_, names) in channels.items()
        ],
    }


def _review(forges: Mapping[str, str]) -> dict[str, Body]:
    named = [{"const": name, "description": summary} for name, summary in forges.items()]
    ways = [{"const": "signature", "description": "By the approver's SSH key."}, {"const": "identity"}, *named]
    other = {"type": "string", "pattern": "^[a-z][a-z-]{1,30}$"}
    members = {
        "by": said({"anyOf": [*ways, other]}, "A signature, git's word for who somebody is, or a review on a forge."),
        "repository": said(
            {"type": "string", "pattern": r"^(?!\.)[A-Za-z0-9_.-]{1,100}(?:/(?!\.)[A-Za-z0-9_.-]{1,100}){1,20}$"},
            "On the forge, as in unicorn/rentals.",
        ),
        "api": said({"type": "string", "pattern": "^https?://"}, "Where the forge answers, if not in its usual place."),
        "signers": said({"type": "string", "pattern": r"^(?!\.\./)(?!/)[A-Za-z0-9._/-]+$"}, "The file of signers."),
    }
    on_forge = {"not": {"properties": {"by": {"enum": list(_WAYS)}}, "required": ["by"]}}
    return {**record(members, ("by",)), "if": on_forge, "then": {"required": ["by", "repository"]}}


def _lint(rules: Mapping[str, str]) -> dict[str, Body]:
    severity = {"enum": list(SEVERITIES)}
    return {
        "type": "object",
        "properties": {rule: said(severity, title) for rule, title in rules.items()},
        "patternProperties": {r"^CHG5\d\d$": severity},
        "additionalProperties": False,
    }


_TEAM = record(
    {
        "of_one": said({"type": "boolean"}, "Whoever wrote a plan may approve it, with --self --why."),
        "people": said(listed(_LINE), "Who may lead a change; everybody where it is left out."),
    }
)
_APPROVALS = record({risk.value: {"type": "integer", "minimum": 0, "maximum": 9} for risk in Risk})
_SETTINGS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_ENV = record(
    {
        "account": said({"type": "string", "pattern": "^[0-9]{12}$"}, "Twelve digits in quotes."),
        "regions": said({**listed(REGION), "minItems": 1}, "Those that a plan may name; the first one by default."),
        "production": said({"type": "boolean"}, "true by default: confirmed by typing the env's name."),
        "profile": said(_LINE, "The profile of the AWS configuration."),
        "role": said(_ROLE, "The role that is assumed to change things."),
        "read_role": said(_ROLE, "The role that is assumed to look only."),
        "endpoint": said({"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://\S"}, "Another endpoint than AWS's."),
        "approvals": said(_APPROVALS, "How many people must approve, by the plan's risk."),
        "emergencies": said({"type": "boolean"}, "true by default: an emergency may go ahead of its approvals."),
        "bookkeeping": said(listed(RESOURCE), "What tools write for themselves."),
        "settings": said(_SETTINGS, "For later."),
    },
    ("account", "regions"),
)
