"""A command ends as it should: one child without a shell and without AWS credentials."""

import shlex
from collections.abc import Mapping
from datetime import timedelta

from changectl.contracts.action import Reading
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import CannotAsk, Judgement, Observation, Probe, Senses, Verdict
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.planfile.durations import some_time
from changectl.planfile.jsonschema_parts import SOME_TIME, said
from changectl.planfile.schema import member, sequence, whole, written

TIMEOUT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """What to start, how it should end, and how long it may take."""

    argv: tuple[str, ...]
    expect: int = 0
    timeout: timedelta = TIMEOUT


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> CommandSpec | None:
    """What a plan says; None after a complaint."""
    complaints = reading.complaints
    argv = _argv(members["command"], complaints)
    if argv is None:
        return None
    return CommandSpec(
        argv,
        member(members, "expect", whole(0, 255), complaints, 0),
        member(members, "timeout", some_time, complaints, TIMEOUT),
    )


def _argv(node: Node, complaints: Complaints) -> tuple[str, ...] | None:
    if isinstance(node.value, str):
        return _split(node.value, node, complaints)
    items = sequence(node, complaints)
    if items is None:
        return None
    words = [(item, written(item)) for item in items]
    for item, word in words:
        if word is None:
            complaints.add("CHG211", "an argument is text", item, "put it in quotes")
    argv = tuple(word for _, word in words if word is not None)
    return _startable(argv, node, complaints) if len(argv) == len(words) else None


def _split(text: str, node: Node, complaints: Complaints) -> tuple[str, ...] | None:
    try:
        argv = tuple(shlex.split(text))
    except ValueError as why:
        complaints.add("CHG211", f"the command cannot be split into words: {str(why).lower()}", node, _AS_LIST)
        return None
    for word in argv:
        if word in _SHELL and word in text.split():
            complaints.add("CHG211", f"no shell reads this command, and {word} would be an argument", node, _AS_LIST)
            return None
    return _startable(argv, node, complaints)


_SHELL = frozenset(("|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"))
_AS_LIST = 'write it as a list, such as ["./smoke.sh", "--fast"]; a pipe belongs into a script'


def _startable(argv: tuple[str, ...], node: Node, complaints: Complaints) -> tuple[str, ...] | None:
    if argv and argv[0] and not any("\0" in word for word in argv):
        return argv
    complaints.add("CHG211", "there is no command to start", node, _AS_LIST)
    return None


def observe(spec: CommandSpec, senses: Senses) -> Observation:
    """Start it once and wait."""
    try:
        answer = senses.command(spec.argv, spec.timeout)
    except CannotAsk as why:
        return Observation(error=str(why))
    except OSError as why:
        return Observation({"unfinished": str(why)})
    return Observation({"status": answer.status, "output": answer.output})


def judge(spec: CommandSpec, seen: Observation) -> Judgement:
    """The expected exit status passes. The last line that it printed is what it said."""
    name = shlex.join(spec.argv)
    if seen.error:
        return Judgement(Verdict.ERROR, one_line(f"{name} could not be asked: {seen.error}"))
    match seen.value:
        case {"unfinished": why}:
            return Judgement(Verdict.FAILED, one_line(f"{name} {why}"))
        case {"status": int() as status, "output": str() as output}:
            verdict = Verdict.PASSED if status == spec.expect else Verdict.FAILED
            return Judgement(verdict, one_line(f"{one_line(name, 80)} {_ended(status, spec.expect)}{_said(output)}"))
        case _:
            return Judgement(Verdict.NO_DATA, one_line(f"{name} was not seen"))


def _ended(status: int, expected: int) -> str:
    if status < 0:
        return f"was killed by signal {-status}"
    return f"ended with {status}" + ("" if status == expected else f", not {expected}")


def _said(output: str) -> str:
    lines = (one_line(line) for line in reversed(output.splitlines()))
    last = next((line for line in lines if line), "")
    return f": {last}" if last else ""


def says(spec: CommandSpec) -> str:
    """What it tests, in a few words."""
    return one_line(f"{shlex.join(spec.argv)} ends with {spec.expect}")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    argv = {"type": ["string", "array"], "minItems": 1, "minLength": 1, "items": {"type": ["string", "number"]}}
    return {
        "properties": {
            "command": said(argv, "What is started, without a shell: words, or a list of them."),
            "expect": said({"type": "integer", "minimum": 0, "maximum": 255}, "Its exit status; 0 by default."),
            "timeout": said(SOME_TIME, "Then it is killed, with all that it started."),
        }
    }


PROBE = Probe(
    key="command",
    summary="a command ends with the expected status; it gets no shell and no AWS credentials",
    members=("expect", "timeout"),
    read=read,
    observe=observe,
    judge=judge,
    says=says,
    example="""\
- command: ["./smoke.sh", "--fast"]   # or ./smoke.sh --fast, split into words as a shell would, without one
  expect: 0                           # its exit status
  timeout: 60s                        # then it is killed, with all that it started
""",
    schema=schema,
)
