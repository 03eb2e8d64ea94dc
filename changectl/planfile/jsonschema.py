"""The JSON Schema of plans (draft-07), for editors. `check` knows more; what this refuses, `check` refuses too."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from changectl.model.frozen import dataclass
from changectl.model.plan import Auto, Risk
from changectl.model.resource import Body
from changectl.planfile.jsonschema_parts import (
    CHECK,
    DEFINITIONS,
    DURATION,
    ENV,
    LINE,
    MOMENT,
    OPERATION,
    PROSE,
    REGION,
    RESOURCE,
    RETRY,
    SOME_TIME,
    STEP_ID,
    listed,
    record,
    said,
    unless_none,
)
from changectl.planfile.plan import REQUIRED, VERSION

DRAFT = "http://json-schema.org/draft-07/schema#"


@dataclass(frozen=True, slots=True)
class FormSchema:
    """One form of step or check: its key, what it is, its further members, and what is to be said of them."""

    key: str
    summary: str
    members: tuple[str, ...]
    says: Mapping[str, Body] = field(hash=False)


def plan_schema(steps: Sequence[FormSchema], checks: Sequence[FormSchema], version: str) -> dict[str, Body]:
    """The schema of plans that may have these forms of step and check."""
    return {
        "$schema": DRAFT,
        "$comment": f"changectl {version}",
        "title": "A plan of changectl",
        "description": "What changes, why, who notices, how we know that it worked, and how it comes back.",
        "type": "object",
        "properties": _MEMBERS,
        "required": list(REQUIRED),
        "additionalProperties": False,
        "definitions": {
            **DEFINITIONS,
            "step": {"type": "object", "required": ["name"], **_forms(steps, {**_STEP, "undo": _UNDO})},
            "stepBack": {"type": "object", **_forms(steps, _STEP)},
            "check": {"type": ["string", "object"], **_forms(checks, _CHECK)},
            "checkBefore": {"type": ["string", "object"], **_forms(list(map(_may_be_red, checks)), _CHECK)},
        },
    }


def _forms(forms: Sequence[FormSchema], shared: Mapping[str, Body]) -> dict[str, Body]:
    """One of the forms, by the member that tells it; then its own members and the shared ones, and no others."""
    return {
        "properties": {**shared, **{form.key: {"description": _sentence(form.summary)} for form in forms}},
        "if": {"type": "object"},
        "then": {"oneOf": [_just(form, forms) for form in forms]},
        "allOf": [{"if": _has(form), "then": _of(form, shared)} for form in forms],
    }


def _has(form: FormSchema) -> dict[str, Body]:
    return {"type": "object", "required": [form.key]}


def _just(form: FormSchema, forms: Sequence[FormSchema]) -> dict[str, Body]:
    """It is this form, and not one of which the form's key is but a member."""
    holders = [other.key for other in forms if form.key in other.members]
    none_of = {"not": {"anyOf": [{"required": [key]} for key in holders]}} if holders else {}
    return {"required": [form.key], **none_of}


def _of(form: FormSchema, shared: Mapping[str, Body]) -> dict[str, Body]:
    members: dict[str, Body] = {key: {} for key in (form.key, *form.members)}
    properties = {**members, **form.says.get("properties", {})}
    return {**form.says, "properties": properties, "propertyNames": {"enum": list({**members, **shared})}}


def _may_be_red(form: FormSchema) -> FormSchema:
    """The same form where a check is known to fail already."""
    own = form.says.get("properties", {})
    expect = {"anyOf": [{"const": "red", "description": "It is known to fail already."}, *_own_expect(form)]}
    members = tuple(dict.fromkeys((*form.members, "expect")))
    return FormSchema(form.key, form.summary, members, {**form.says, "properties": {**own, "expect": expect}})


def _own_expect(form: FormSchema) -> list[Body]:
    return [form.says.get("properties", {}).get("expect", {})] if "expect" in form.members else []


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


_STEP: Mapping[str, Body] = {
    "name": said(LINE, "What this step does, in a few words."),
    "id": said(STEP_ID, "How the register and $result call it; made of the name where it is left out."),
    "region": said(REGION, "The region, where it is not the plan's."),
    "within": said(SOME_TIME, "How long what it sets going at AWS may take; 30m where it is not said."),
    "check": said(CHECK, "How to know whether it was done."),
}
_BACK: Mapping[str, Body] = {"$ref": "#/definitions/stepBack"}
_UNDO = {
    "description": "The way back of this step, a step or a list of them; taken if this step had begun.",
    "if": {"type": "array"},
    "then": listed(_BACK),
    "else": _BACK,
}
_CHECK: Mapping[str, Body] = {
    "name": said(LINE, "What it is called in the register."),
    "retry": said(RETRY, "How often in a row it must fail, and the time between two looks."),
    "no_data": {"enum": ["ok"], "description": "Nothing to see is no failure."},
}
_BEFORE: Mapping[str, Body] = {"$ref": "#/definitions/checkBefore"}
_TESTS = {
    "type": ["array", "object"],
    "items": CHECK,
    "minItems": 1,
    "properties": {
        "before": said(listed(_BEFORE), "Must hold before the first step."),
        "during": said(listed(_BEFORE), "Asked after each step, while one waits, and until the end of the soak."),
        "after": said(listed(CHECK), "Must hold after the last step."),
        "soak": said(DURATION, "How long to keep watching after that."),
    },
    "propertyNames": {"enum": ["before", "during", "after", "soak", "none"]},
    "if": {"type": "object"},
    "then": {"anyOf": [{"required": [part]} for part in ("before", "during", "after")]},
}
_SAME = {"description": "Checks at the end of the way back; same: those of test.after.", "if": {"type": "array"}}
_BACK_OUT = {
    "type": ["string", "object"],
    "if": {"type": "string"},
    "then": {"const": "snapshot", "description": "Every setting goes back to what it was."},
    "else": {
        **record(
            {
                "auto": {
                    "enum": [*(True, False), *(auto.value for auto in Auto)],
                    "description": "Does a failed change go back by itself? ask: a person is asked first.",
                },
                "steps": {
                    "description": "Taken after the steps' own undo, and before the snapshot.",
                    "if": {"type": "array"},
                    "then": listed(_BACK),
                    "else": _BACK,
                },
                "test": {**_SAME, "then": listed(CHECK), "else": {"const": "same"}},
                "cannot_undo": said(PROSE, "What does not come back, in words."),
                "none": {},
            }
        ),
        "minProperties": 1,
    },
}
_COMMS = {
    "type": ["string", "object"],
    "not": {"const": "none"},
    "minLength": 1,
    "minProperties": 1,
    "properties": {
        "channel": said(LINE, "Where they are told."),
        "audience": said(LINE, "Who should know."),
        "before": said(PROSE, "What they may notice, and when."),
        "after": said(PROSE, "What is so now."),
    },
    "propertyNames": {"enum": ["channel", "audience", "before", "after", "none"]},
}
_MEMBERS: Mapping[str, Body] = {
    "plan": {"const": VERSION, "description": "The version of what a plan may say."},
    "title": said(LINE, "What becomes what, in one line."),
    "rationale": said(PROSE, "Why, and why now; what happens if it is left as it is."),
    "alternatives": said(PROSE, "What else was thought of, and why it was not chosen."),
    "risk": {"enum": [risk.value for risk in Risk], "description": "What is the worst that can happen?"},
    "env": said(ENV, "The table of changectl.toml: account, regions, who approves."),
    "region": said(REGION, "The region; the env's first one where it is left out."),
    "lead": said(LINE, "The one person who drives it."),
    "ticket": said(LINE, "Where it was asked for."),
    "emergency": said(LINE, "The incident that cannot wait for approval, as in INC-4831."),
    "when": said(
        record(
            {
                "start": said(MOMENT, "Not before this time. It has a zone."),
                "duration": said(SOME_TIME, "How long it may take, soak and way back included."),
            }
        ),
        "The window.",
    ),
    "affects": said(listed(RESOURCE), "Resources that cannot be worked out from the steps."),
    "allow": said(listed(OPERATION), "AWS operations that no kind knows and that a step may call all the same."),
    "comms": {
        "description": "Who is told what: a sentence, or channel, audience, before and after.",
        **unless_none(_COMMS, "audience"),
    },
    "steps": {
        "description": "What is done, in this order.",
        "type": "array",
        "items": {"$ref": "#/definitions/step"},
        "minItems": 1,
    },
    "test": {
        "description": "How we know that it worked: a list of checks, or before, during, after and soak.",
        **unless_none(_TESTS, "test"),
    },
    "back_out": {
        "description": "How it comes back: snapshot, or auto, steps, test and cannot_undo.",
        **unless_none(_BACK_OUT, "way back"),
    },
    "runbook": said(PROSE, "How to do it again, and what to look at."),
}
