"""A mutant: a module of the product with one thing in its text made otherwise, in memory only."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

PRODUCT = Path(__file__).parents[2] / "changectl"


class Drifted(Exception):
    """The text that a mutant replaces does not stand in its file exactly once."""


@dataclass(frozen=True)
class Mutant:
    """`file` is told from `changectl/` on; `old` stands in it exactly once, or `at` says at which byte."""

    file: str
    old: str
    new: str
    at: int | None = None

    @property
    def module(self) -> str:
        """As it is imported."""
        return "changectl." + self.file.removesuffix(".py").replace("/", ".")

    def text(self) -> str:
        """The module's text with the mutation. Raises Drifted."""
        source = source_of(self.file)
        if self.at is None:
            if (many := source.count(self.old.encode())) != 1:
                raise Drifted(f"{self.file} has {many} times: {self.old}")
            return source.replace(self.old.encode(), self.new.encode()).decode()
        end = self.at + len(self.old.encode())
        if source[self.at : end] != self.old.encode():
            raise Drifted(f"{self.file} has something else at byte {self.at} than: {self.old}")
        return (source[: self.at] + self.new.encode() + source[end:]).decode()


def source_of(file: str) -> bytes:
    """A file of the product."""
    return (PRODUCT / file).read_bytes()


class Instead(MetaPathFinder):
    """Has modules compiled from other text than their files hold."""

    def __init__(self, others: Callable[[str], Any]) -> None:
        self.others = others

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A module whose text, or tree, is another one; None for all others."""
        if not name.startswith("changectl.") or (other := self.others(name)) is None:
            return None
        place = PRODUCT.joinpath(*name.split(".")[1:]).with_suffix(".py")
        return spec_from_file_location(name, place, loader=_Loader(name, str(place), other))


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, other: Any) -> None:
        super().__init__(name, path)
        self.other = other

    def get_code(self, fullname: str) -> CodeType | None:
        code: CodeType = compile(self.other, self.path, "exec", dont_inherit=True)
        return code


def imported_anew(others: Callable[[str], Any]) -> None:
    """From here on the product and its tests are imported afresh, with these texts; a process does this once."""
    for name in [name for name in sys.modules if name.startswith(("changectl", "tests.")) and name not in _OURS]:
        del sys.modules[name]
    sys.meta_path.insert(0, Instead(others))


_OURS = {__name__, "tests.mutants", "tests.mutants.killers"}
