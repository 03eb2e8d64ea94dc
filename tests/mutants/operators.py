"""What can be made otherwise in a module: each mutation of its tree, as a mutation of its text."""

import ast
import copy
from collections.abc import Iterator

from tests.mutants.mutant import Mutant, source_of

_FLIPPED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "reversed": "tuple"}


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its text."""
    return sorted(set(_Finder(file).every()), key=lambda m: (m.at, len(m.old), m.new))


class _Finder:
    def __init__(self, file: str) -> None:
        self.file, self.source = file, source_of(file)
        self.starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def every(self) -> Iterator[Mutant]:
        """All of them, some perhaps twice."""
        yield from self._below(ast.parse(self.source))

    def _below(self, node: ast.AST) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases", "type_comment"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _says_nothing(child):
                    yield from (*self._decides(child), *self._counts(child), *self._does(child))
                    yield from self._below(child)

    def _decides(self, node: ast.AST) -> Iterator[Mutant]:
        """Comparisons, what joins them, and where they are asked."""
        match node:
            case ast.Compare(ops=ops):
                for n, op in enumerate(ops):
                    for other in _FLIPPED[type(op)]:
                        twin = copy.deepcopy(node)
                        twin.ops[n] = other()
                        yield self._put(node, twin)
            case ast.BoolOp(op, values):
                yield self._put(node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
                for n in range(len(values)):
                    rest = values[:n] + values[n + 1 :]
                    yield self._put(node, rest[0] if len(rest) == 1 else ast.BoolOp(op, rest))
            case ast.UnaryOp(ast.Not(), operand):
                yield self._put(node, operand)
            case ast.If(test) | ast.IfExp(test) | ast.While(test) if isinstance(
                test, ast.Name | ast.Attribute | ast.Call
            ):
                yield self._put(test, ast.UnaryOp(ast.Not(), test))
            case ast.comprehension(ifs=ifs):
                for test in ifs:
                    yield self._put(test, ast.Constant(value=True))
            case ast.match_case(guard=ast.expr() as guard):
                yield self._put(guard, ast.Constant(value=True))
            case _:
                return

    def _counts(self, node: ast.AST) -> Iterator[Mutant]:
        """Constants, sums and sets, least and most."""
        match node:
            case ast.Constant(bool() as value):
                yield self._put(node, ast.Constant(not value))
            case ast.Constant(int() | float() as number):
                far = isinstance(number, float) or number > 5
                yield self._put(node, ast.Constant(0 if far and number else number + 1))
            case ast.BinOp(left, ast.BitOr() | ast.Sub() as op, right):
                yield self._put(node, left)
                if isinstance(op, ast.BitOr):
                    yield self._put(node, right)
                else:
                    yield self._put(node, ast.BinOp(left, ast.Add(), right))
            case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC and not isinstance(left, ast.JoinedStr):
                yield self._put(node, ast.BinOp(left, _ARITHMETIC[type(op)](), right))
            case ast.Call(ast.Name(name)) if name in _NAMES:
                yield self._put(node.func, ast.Name(_NAMES[name]))
            case _:
                return

    def _does(self, node: ast.AST) -> Iterator[Mutant]:
        """Statements, what they give, and what they catch."""
        match node:
            case ast.MatchOr(patterns):
                for n in range(len(patterns)):
                    rest_of = patterns[:n] + patterns[n + 1 :]
                    yield self._put(node, rest_of[0] if len(rest_of) == 1 else ast.MatchOr(rest_of))
            case ast.ExceptHandler(type=ast.Tuple(elts=elts) as caught):
                for n in range(len(elts)):
                    yield self._put(caught, ast.Tuple(elts[:n] + elts[n + 1 :], ast.Load()))
            case ast.ExceptHandler(type=ast.expr() as caught):
                yield self._put(caught, ast.Tuple([], ast.Load()))
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield self._put(value, ast.Constant(None))
            case ast.Expr(ast.Call()) | ast.Expr(ast.Yield()) | ast.Raise() | ast.Break() | ast.Continue():
                yield self._put(node, ast.Pass())
            case ast.Return(value=None):
                yield self._put(node, ast.Pass())
            case ast.AugAssign():
                yield self._put(node, ast.Pass())
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield self._put(node, ast.Pass())
            case _:
                return

    def _put(self, node: ast.AST, other: ast.AST) -> Mutant:
        start, end = self._place(node, "lineno", "col_offset"), self._place(node, "end_lineno", "end_col_offset")
        text = ast.unparse(ast.fix_missing_locations(other))
        bare = isinstance(node, ast.stmt | ast.pattern | ast.Name) or isinstance(
            other, ast.Constant | ast.Name | ast.Tuple
        )
        new = text if bare else f"({text})"
        return Mutant(self.file, self.source[start:end].decode(), new, start)

    def _place(self, node: ast.AST, line: str, column: str) -> int:
        return self.starts[int(getattr(node, line)) - 1] + int(getattr(node, column))


def _says_nothing(node: ast.AST) -> bool:
    """Types, imports, asserts and what tells people something: no mutation of these says anything about safety."""
    match node:
        case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(ast.Constant()):
            return True
        case ast.Call(ast.Name("assert_never")) | ast.Expr(ast.Call(ast.Name("assert_never"))):
            return True
        case ast.Raise(ast.Call(ast.Name("AssertionError"))):
            return True
        case ast.AnnAssign(annotation=ast.Name("TypeAlias")):
            return True
        case _:
            return False
