"""Which parts of the simulator run which block of a module: a mutant in a block that a part never runs is not shown to it."""

import ast
import builtins
from collections.abc import Callable, Iterator

from tests.mutants.mutant import source_of

RAN: set[int] = set()
MANY = 10_000
"""More than any module has lines."""


def marked(files: list[str]) -> Callable[[str], ast.Module | None]:
    """The trees of these modules, where each block adds its number to RAN when it is run."""
    builtins.__ran__ = RAN.add  # type: ignore[attr-defined]
    trees = {_module(file): _marked(file, n) for n, file in enumerate(files)}
    return trees.get


def block_of(file: str, number: int, at: int) -> int:
    """The number of the block that a byte of a file is in; a multiple of MANY where it is in no function."""
    source = source_of(file)
    line = source[:at].count(b"\n") + 1
    blocks = [(first, last) for first, last in _blocks(ast.parse(source)) if first <= line <= last]
    if not blocks:
        return number * MANY
    return number * MANY + max(blocks)[0]


def _module(file: str) -> str:
    return "changectl." + file.removesuffix(".py").replace("/", ".")


def _marked(file: str, number: int) -> ast.Module:
    tree = ast.parse(source_of(file))
    for body in _bodies(tree):
        mark = ast.parse(f"__ran__({number * MANY + body[0].lineno})").body[0]
        body.insert(_after_docstring(body), mark)
    return ast.fix_missing_locations(tree)


def _blocks(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for body in _bodies(tree):
        yield body[0].lineno, body[-1].end_lineno or body[-1].lineno


def _bodies(tree: ast.Module) -> list[list[ast.stmt]]:
    """The bodies of functions and of all in them that may or may not be run."""
    found: list[list[ast.stmt]] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                for name in ("body", "orelse", "finalbody"):
                    body = getattr(node, name, None)
                    if isinstance(body, list) and body and isinstance(body[0], ast.stmt) and body not in found:
                        found.append(body)
    return found


def _after_docstring(body: list[ast.stmt]) -> int:
    first = body[0]
    return int(isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant))
