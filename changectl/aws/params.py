"""What is wrong with a call's parameters, found offline against AWS's model, each at its place in the plan."""

import re
from collections.abc import Mapping, Sequence

from changectl.aws.models import Operation, Shape
from changectl.aws.sensitive import is_refused
from changectl.aws.sorts import SORTS, fits, respelled, spelled_as_text
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body
from changectl.planfile.words import described, listing, near, quoted

GROWING = 20
"""An enumeration longer than this (regions, runtimes, instance types) gains values faster than botocore is updated."""

AUTOMATIC = frozenset({("glacier", "accountId")})
"""Members that the model requires and botocore fills in; so it does with tokens."""

RENAMED = {("logs", "CreateExportTask"): {"fromTime": "from"}}
"""botocore's own names for members that are words of Python."""

_DOCUMENT = re.compile(r"(Document|Policy|Definition|Pattern|Body|Template|Schema|Detail|Input|String)$", re.IGNORECASE)
_NAMING = frozenset({"Key", "Name", "Type", "key", "name", "type"})
_LATER = frozenset({"$ref", "$result", "$secret"})


def complaints_about(operation: Operation, params: Node, complaints: Complaints) -> None:
    """Add a complaint for each parameter that AWS would not take, and for each secret that stands in the plan."""
    if operation.input is None:
        if params.value:
            complaints.add("CHG304", f"{_named(operation)} takes no parameters", params)
        return
    if not isinstance(params.value, Mapping):
        complaints.add("CHG303", f"parameters are a mapping, and here is {described(params)}", params)
        return
    _Reader(operation, complaints).structure(params, params.value, operation.input, hidden=False)


def json_texts(operation: Operation, params: Mapping[str, Body]) -> dict[str, Body]:
    """The parameters with each mapping or list that stands where AWS wants a JSON text (a policy, say) written as one."""
    shape = operation.input
    return dict(params) if shape is None else {name: _texted(v, shape.member(name)) for name, v in params.items()}


def _texted(value: Body, shape: Shape | None) -> Body:
    import json

    match shape and (shape.is_free or shape.type), value:
        case "string", (Mapping() | list()):
            return json.dumps(value)
        case (("structure" | "map"), Mapping()):
            assert shape is not None
            return {name: _texted(child, shape.member(name)) for name, child in value.items()}
        case "list", list():
            assert shape is not None
            return [_texted(child, shape.item) for child in value]
        case _:
            return value


def _named(operation: Operation) -> str:
    return f"{operation.service}.{operation.name}"


@dataclass(frozen=True, slots=True)
class _Reader:
    operation: Operation
    complaints: Complaints

    def structure(self, node: Node, members: Mapping[str, Node], shape: Shape, *, hidden: bool) -> None:
        known = {**RENAMED.get((self.operation.service, self.operation.name), {}), **{n: n for n in shape.member_names}}
        self._members({n: c for n, c in members.items() if n in known}, shape, known, hidden=hidden)
        for name in members:
            if name not in known:
                self._unknown(name, node, shape)
        given = {known.get(name, name) for name in members}
        for name in shape.required:
            if name not in given and not self._is_automatic(name, shape):
                self.complaints.add("CHG305", f"{quoted(name)} is missing: {_named(self.operation)} needs it", node)
        if shape.is_union and len(members) != 1:
            choice = listing(shape.member_names)
            self.complaints.add("CHG308", f"exactly one of {choice} is to be given, and here are {len(members)}", node)

    def value(self, node: Node, shape: Shape, name: str, *, hidden: bool) -> None:
        if _is_later(node):
            self._later(node, shape, name)
        elif not shape.is_free:
            self._typed(node, shape, name, hidden=hidden)

    def _typed(self, node: Node, shape: Shape, name: str, *, hidden: bool) -> None:
        match shape.type, node.value:
            case "structure", Mapping() as members:
                self.structure(node, members, shape, hidden=hidden)
            case "map", Mapping() as members:
                self._size(node, len(members), shape, name, "members")
                self._members(members, shape, {}, hidden=hidden)
            case "list", list() | tuple() as items:
                self._size(node, len(items), shape, name, "items")
                secret = is_refused(self.operation.service, self.operation.name, name, shape.item, {})
                if secret and not hidden:
                    self._secret(node, name)
                for item in items:
                    self.value(item, shape.item, name, hidden=hidden or secret)
            case "string", (Mapping() | list() | tuple()) if _DOCUMENT.search(name) and not shape.enum:
                return  # a JSON text, written as what it says
            case _:
                self._scalar(node, shape, name, hidden=hidden)

    def _members(self, members: Mapping[str, Node], shape: Shape, known: Mapping[str, str], *, hidden: bool) -> None:
        beside = {name: child.value for name, child in members.items()}
        for name, child in members.items():
            inner = shape.member(known.get(name, name))
            assert inner is not None
            secret = is_refused(self.operation.service, self.operation.name, name, inner, beside)
            if secret and not hidden:
                self._secret(child, name)
            self.value(child, inner, name, hidden=hidden or secret)

    def _scalar(self, node: Node, shape: Shape, name: str, *, hidden: bool) -> None:
        if not fits(node, shape.type):
            found, help_ = ("something else", "") if hidden else (described(node), spelled_as_text(node))
            fix = None if hidden else respelled(node, shape.type)
            sentence = f"{quoted(name)} is {SORTS[shape.type]}, and here is {found}"
            self.complaints.add("CHG303", sentence, node, help_, fix=fix)
        elif hidden:
            return
        elif isinstance(node.value, str):
            self._text(node, node.value, shape, name)
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            self._size(node, node.value, shape, name, "")

    def _text(self, node: Node, text: str, shape: Shape, name: str) -> None:
        if shape.type != "string":
            return
        self._size(node, len(text), shape, name, "characters")
        if shape.enum and text not in shape.enum:
            found = near(text, shape.enum, self.complaints)
            few = f"{listing(shape.enum)}" if len(shape.enum) <= GROWING else ""
            help_ = found.says or few or "if AWS has it, update botocore"
            severity = "error" if few else "warning"
            fix = found.instead_of(node) if few else None
            self.complaints.add("CHG306", f"{quoted(name)} cannot be {quoted(text)}", node, help_, severity, fix)

    def _size(self, node: Node, size: float, shape: Shape, name: str, of: str) -> None:
        least, most = shape.bounds
        if shape.type == "blob" or ((least is None or size >= least) and (most is None or size <= most)):
            return
        limits = f"at least {least}" if most is None else f"at most {most}" if least is None else f"{least} to {most}"
        found = f"{size} {of}".strip()
        self.complaints.add("CHG307", f"{quoted(name)} takes {limits} {of}".rstrip() + f", and here: {found}", node)

    def _unknown(self, name: str, node: Node, shape: Shape) -> None:
        found, at = near(name, shape.member_names, self.complaints), node.keys[name]
        fix = found.as_key(name, at)
        self.complaints.add("CHG304", f"{_named(self.operation)} has no {quoted(name)} here", at, found.says, fix=fix)

    def _later(self, node: Node, shape: Shape, name: str) -> None:
        assert isinstance(node.value, Mapping)
        word = next(iter(node.value))
        if word != "$result" and shape.type not in ("string", "blob", "timestamp"):
            self.complaints.add("CHG303", f"{quoted(name)} is {SORTS[shape.type]}, and {word} gives text", node)

    def _secret(self, node: Node, name: str) -> None:
        if leaf := _literal(node):
            sentence = f"{quoted(name)} may hold a secret, and a plan is kept in git for ever"
            self.complaints.add("CHG309", sentence, leaf, "write {$secret: NAME}, and give NAME when it runs")

    def _is_automatic(self, name: str, shape: Shape) -> bool:
        member = shape.member(name)
        return (member is not None and member.is_token) or (self.operation.service, name) in AUTOMATIC


def _is_later(node: Node) -> bool:
    return isinstance(node.value, Mapping) and len(node.value) == 1 and not _LATER.isdisjoint(node.value)


def _literal(node: Node) -> Node | None:
    """The first text or number that stands in the plan itself; what only names the secret may."""
    if _is_later(node):
        return None
    match node.value:
        case Mapping() as members:
            return next((leaf for n, child in members.items() if n not in _NAMING and (leaf := _literal(child))), None)
        case None | bool():
            return None
        case str() | int() | float():
            return node
        case Sequence() as items:
            return next((leaf for child in items if (leaf := _literal(child))), None)
