"""A live setting is as it should be: equal to a value, with some members, or without some."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from changectl.contracts.action import Reading
from changectl.contracts.kind import Facet, ResourceKind
from changectl.contracts.probe import CannotAsk, Judgement, Observation, Probe, Senses, Verdict
from changectl.engine.naming import facet_of, kind_of
from changectl.engine.wishes import as_item, authored
from changectl.errors import ChangectlError
from changectl.model.expectation import each_held, found_at, same
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body, Target
from changectl.model.text import one_line
from changectl.model.values import RefValue, later, substituted
from changectl.planfile.jsonschema_parts import LINE, VALUE
from changectl.planfile.jsonschema_parts import said as explained
from changectl.planfile.schema import line, member
from changectl.planfile.targets import target
from changectl.planfile.typed import typed


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """Which setting, where in it to look (`at`), and which of the tests are made: `expect`, `contains`, `absent`."""

    target: Target
    facet: Facet
    at: str
    tests: Mapping[str, Body] = field(hash=False)


TESTS = ("expect", "contains", "absent")


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> FacetSpec | None:
    """What a plan says; None after a complaint."""
    complaints, node = reading.complaints, members["facet"]
    text = line(node, complaints)
    resource, _, name = (text or "").rpartition(" ")
    if text is None or not resource or not name:
        if text is not None:
            complaints.add("CHG212", "this names no setting", node, "write it like security-group/web ingress")
        return None
    found = target(Node(resource.strip(), node.span), complaints)
    kind = None if found is None else kind_of(found, node, reading)
    facet = None if kind is None else facet_of(kind, name, node, reading)
    if not any(test in members for test in TESTS):
        complaints.add("CHG212", "nothing is expected", at, "add expect:, contains: or absent:")
    if found is None or facet is None:
        return None
    tests = {test: _wanted(facet, members[test], complaints) for test in TESTS if test in members}
    return FacetSpec(found, facet, member(members, "at", line, complaints, ""), tests)


def _wanted(facet: Facet, node: Node, complaints: Complaints) -> Body:
    value = typed(node, complaints)
    if any(not isinstance(part, RefValue) for part in later(value)):
        complaints.add("CHG212", "a check can look up a $ref, and no other value", node)
    elif not any(later(value)):
        try:
            _items(facet, value)
        except ValueError as why:
            complaints.add("CHG204", one_line(str(why)), node)
    return value


def observe(spec: FacetSpec, senses: Senses) -> Observation:
    """The setting as it is read now, and the ids that names of the plan mean."""
    try:
        ref = senses.ref(spec.target)
        named = [part.target for part in later(spec.tests) if isinstance(part, RefValue)]
        ids = {str(name): senses.ref(name).id[-1] for name in named}
        resource = senses.now(ref)
    except (CannotAsk, ChangectlError) as why:
        return Observation(error=str(why))
    if resource is None:
        return Observation({"gone": True})
    return Observation({"body": resource.get(spec.facet.name), "ids": ids})


def judge(spec: FacetSpec, seen: Observation) -> Judgement:
    """The first test that does not hold is what it says. A resource that does not exist holds none."""
    setting = f"{spec.target} {spec.facet.name}"
    if seen.error:
        return Judgement(Verdict.ERROR, one_line(f"{setting} could not be asked: {seen.error}"))
    match seen.value:
        case {"gone": True}:
            return Judgement(Verdict.FAILED, one_line(f"{spec.target} does not exist"))
        case {"body": body, "ids": Mapping() as ids}:
            path, found = found_at(body, spec.at)
            tests = substituted(spec.tests, lambda part: ids[str(part.target)] if isinstance(part, RefValue) else None)
            wrong = next(_wrongs(spec.facet, tests, found, path), "")
            where = one_line(f"{setting} {spec.at}".strip(), 120)
            verdict = Verdict.FAILED if wrong else Verdict.PASSED
            return Judgement(verdict, one_line(f"{where} {wrong or 'is as expected'}", 400))
        case _:
            return Judgement(Verdict.NO_DATA, one_line(f"{setting} was not seen"))


def _wrongs(facet: Facet, tests: Mapping[str, Body], found: Body, path: tuple[str, ...]) -> Iterator[str]:
    for test, said in tests.items():
        wanted = _items(facet, said)
        match test:
            case "expect" if not _is(found, wanted, facet):
                yield f"is {_short(facet, found, path)}, not {_short(facet, wanted, path)}"
            case "contains":
                yield from (f"lacks {name}" for name, there in each_held(found, wanted) if not there)
            case "absent":
                keys = list(wanted) if facet.author is not None and isinstance(wanted, Mapping) else wanted
                yield from (f"has {name}, which should be absent" for name, there in each_held(found, keys) if there)


def _items(facet: Facet, said: Body) -> Body:
    """A list of items as their author describes them, by the keys under which the setting has them."""
    if facet.author is None or not isinstance(said, list | tuple):
        return said
    items = [as_item(facet, item) for item in said]
    return dict(authored(facet, item) if isinstance(item, Mapping) else (str(item), {}) for item in items)


def _is(found: Body, wanted: Body, facet: Facet) -> bool:
    if facet.author is None or not isinstance(wanted, Mapping):
        return same(found, wanted)
    return set(found or {}) == set(wanted) and all(there for _, there in each_held(found, wanted))


def _short(facet: Facet, body: Body, path: tuple[str, ...]) -> str:
    from changectl.engine.show import shown  # it brings all events, and `check` needs none

    return one_line(shown(facet, body, path), 120)


def says(spec: FacetSpec) -> str:
    """What it tests, in a few words."""
    return one_line(f"{spec.target} {spec.facet.name} {spec.at}".strip() + " is as expected")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors: the kinds there are, and the settings that each has."""
    words = (f"{kind.name}/\\S.*\\s(?:{'|'.join(facet.name for facet in kind.facets)})" for kind in kinds.values())
    setting = {"type": "string", "pattern": rf"^\s*(?:{'|'.join(words)})\s*$"}
    return {
        "properties": {
            "facet": explained(setting, "A resource, a space, its setting: security-group/web ingress."),
            "at": explained(LINE, "A member of it."),
            "expect": explained(VALUE, "What it is; null is absent."),
            "contains": explained(VALUE, "What is in it, beside other things."),
            "absent": explained(VALUE, "What is not in it."),
        },
        "anyOf": [{"required": [test]} for test in TESTS],
    }


PROBE = Probe(
    key="facet",
    summary="a live setting of a resource is as it should be",
    members=("at", *TESTS),
    read=read,
    observe=observe,
    judge=judge,
    says=says,
    example="""\
- facet: load-balancer/rentals attributes      # the resource, a space, its setting
  at: idle_timeout.timeout_seconds             # a member of it; names may have dots
  expect: 120                                  # equal; null is absent
- facet: security-group/web ingress
  contains: [{protocol: tcp, port: 443, cidr: 203.0.113.0/24}]
  absent: [{protocol: tcp, port: 22, cidr: 0.0.0.0/0}]
- facet: security-group/web tags
  contains: {Team: rentals}                    # or names alone: [Team, Cost]
""",
    schema=schema,
)
