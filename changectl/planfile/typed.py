"""A positioned value to plain JSON, with `$ref`, `$result` and `$secret` as typed values inside."""

import re
from collections.abc import Mapping

from changectl.model.node import Complaints, Node
from changectl.model.resource import Body
from changectl.model.values import RefValue, ResultValue, SecretValue
from changectl.planfile.schema import line
from changectl.planfile.targets import target
from changectl.planfile.words import listing, near, quoted

_WORDS = ("$ref", "$result", "$secret")
_RESULT = re.compile(r"([a-z0-9][a-z0-9-]*)\.(\S+)")
_SECRET = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]{0,200}")


def typed(node: Node, complaints: Complaints) -> Body:
    """The JSON value. `$$name` is the literal member `$name`; a part that is wrong is None, and complained of."""
    match node.value:
        case Mapping() as members:
            if any(name.startswith("$") and not name.startswith("$$") for name in members):
                return _later(node, members, complaints)
            return {
                name.removeprefix("$") if name[:2] == "$$" else name: typed(child, complaints)
                for name, child in members.items()
            }
        case str() | int() | float() | bool() | None as scalar:
            return scalar
        case items:
            return [typed(child, complaints) for child in items]


def _later(node: Node, members: Mapping[str, Node], complaints: Complaints) -> Body:
    word = next(name for name in members if name.startswith("$") and not name.startswith("$$"))
    if word not in _WORDS:
        meant, at = near(word, _WORDS, complaints), node.keys[word]
        help_ = meant.says or f"to mean the member {quoted(word)} itself, write {quoted('$' + word)}"
        complaints.add("CHG131", f"{quoted(word)} is not {listing(_WORDS)}", at, help_, fix=meant.as_key(word, at))
        return None
    if len(members) > 1:
        complaints.add("CHG131", f"{word} stands alone in its mapping", node.keys[word])
        return None
    if word == "$ref":
        found = target(members[word], complaints)
        return None if found is None else RefValue(found)
    text = line(members[word], complaints)
    if text is None:
        return None
    return _result(text, members[word], complaints) if word == "$result" else _secret(text, members[word], complaints)


def _result(text: str, node: Node, complaints: Complaints) -> ResultValue | None:
    if found := _RESULT.fullmatch(text):
        return ResultValue(found[1], found[2])
    complaints.add("CHG131", f"{quoted(text)} names no step and path", node, "write it like make-group.GroupId")
    return None


def _secret(text: str, node: Node, complaints: Complaints) -> SecretValue | None:
    if _SECRET.fullmatch(text):
        return SecretValue(text)
    # The text itself is not repeated: it may be the secret.
    complaints.add("CHG131", "this is no name of a secret", node, "write the name, never the value: DB_PASSWORD")
    return None
