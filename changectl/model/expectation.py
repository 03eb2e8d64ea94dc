"""Whether a live body holds what a plan expects of it. A number is equal to the text that it is written as."""

import json
from collections.abc import Iterator, Mapping

from changectl.model.resource import Body


def found_at(body: Body, at: str, path: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Body]:
    """The member that `at` names, longest names first, since names may have dots; None where there is none."""
    if not at:
        return path, body
    names = [at[:dot] for dot in range(len(at), 0, -1) if dot == len(at) or at[dot] == "."]
    for name in names if isinstance(body, Mapping) else ():
        if name in body:
            deeper, found = found_at(body[name], at[len(name) + 1 :], (*path, name))
            if found is not None:
                return deeper, found
    return (*path, at), None


def same(found: Body, wanted: Body) -> bool:
    """Equal, but for the quotes around numbers and truth values."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return set(found) == set(wanted) and all(same(found[name], wanted[name]) for name in wanted)
    if isinstance(found, list | tuple) and isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(_spelled(found) == _spelled(wanted))


def _spelled(value: Body) -> Body:
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def each_held(found: Body, wanted: Body) -> Iterator[tuple[str, bool]]:
    """Every item that is wanted, by its name, and whether it is there."""
    if isinstance(wanted, Mapping):
        members = found if isinstance(found, Mapping) else {}
        for name, value in wanted.items():
            yield name, name in members and covers(members[name], value)
        return
    for item in wanted if isinstance(wanted, list | tuple) else (wanted,):
        name = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        yield name, _holds(found, item, name)


def covers(found: Body, wanted: Body) -> bool:
    """Whether everything that is wanted is there; there may be more."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return all(name in found and covers(found[name], value) for name, value in wanted.items())
    return same(found, wanted)


def _holds(found: Body, item: Body, name: str) -> bool:
    match found:
        case None:
            return False
        case Mapping():
            return name in found
        case list() | tuple():
            return any(same(each, item) for each in found)
        case _:
            return name in str(_spelled(found))
