"""YAML text becomes positioned values; what is not plain YAML 1.2 becomes a complaint."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from changectl.model.node import Complaints, Node, Span, plain
from changectl.planfile.yaml import read_yaml

TESTS = Path(__file__).parents[1]


def read(content: bytes) -> tuple[Node | None, list[tuple[str, int, int]]]:
    complaints = Complaints()
    node = read_yaml(content, complaints)
    return node, [(c.rule, c.span.line, c.span.column) for c in complaints.found]


def value_of(scalar: str) -> object:
    node, found = read(f"a: {scalar}\n".encode())
    assert node is not None
    assert found == []
    return plain(node)["a"]  # type: ignore[call-overload, index]


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-5", -5),
        ("123456789012", 123456789012),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("-0.25", -0.25),
    ],
)
def test_a_scalar_of_yaml_1_2_has_its_type(scalar: str, value: object) -> None:
    found = value_of(scalar)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("off", "no", "yes", "y", "NO", "On", "22:22", "2026-01-01", "2026-01-01T00:00:00Z", "12e03x", "1_000"),
        *("012345678901", "007", "1.10", "1e3", "+5", "-0", "0o9", "0xZZ", ".inf", "-.inf", ".nan", ".5", "5."),
        *("9" * 19, "9" * 5000, "1" + "e999", "0.1000", "1.0.0", "10.0.0.0/8", "sg-1", "٣", "=", "<<x"),
    ],
)
def test_all_else_stays_the_text_that_it_is(text: str) -> None:
    assert value_of(text) == text


def test_quotes_make_anything_text() -> None:
    assert [value_of(f'"{t}"') for t in ("12", "true", "~", "")] == ["12", "true", "~", ""]


def test_every_key_and_value_has_its_place() -> None:
    node, _ = read("a: 1\nbé:\n  - x\n  - {c: 'd'}\n\nlast: |\n  t\n".encode())
    assert node is not None
    assert node.span == Span(1, 1, 8, 1)
    assert node.keys == {"a": Span(1, 1, 1, 2), "bé": Span(2, 1, 2, 3), "last": Span(6, 1, 6, 5)}
    items: Any = node.value["bé"]  # type: ignore[call-overload, index]
    assert items.span == Span(3, 3, 4, 13)
    assert [item.span for item in items.value] == [Span(3, 5, 3, 6), Span(4, 5, 4, 13)]
    inner = items.value[1]
    assert inner.keys == {"c": Span(4, 6, 4, 7)}
    assert inner.value["c"] == Node("d", Span(4, 9, 4, 12), quoted=True)


def test_a_scalar_remembers_how_it_is_spelled() -> None:
    node, _ = read(b"0x1F")
    assert node == Node(31, Span(1, 1, 1, 5), raw="0x1F")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a: &x 1\n", [("CHG108", 1, 4)]),
        (b"a: &x 1\nb: *x\n", [("CHG108", 1, 4), ("CHG108", 2, 4)]),
        (b"*x : 1\n", [("CHG108", 1, 1), ("CHG112", 1, 1)]),
        (b"a: !!python/object/apply:os.system [id]\n", [("CHG109", 1, 4)]),
        (b"!x {}\n", [("CHG109", 1, 1)]),
        (b"<<: {a: 1}\n", [("CHG110", 1, 1)]),
        (b'"<<": 1\n', []),
        (b"a: 1\nb: 2\na: 3\n", [("CHG106", 3, 1)]),
        (b"{a: 1, a: 2}\n", [("CHG106", 1, 8)]),
        (b"a: {1: x, '1': y}\n", [("CHG106", 1, 11)]),
        (b"a: 1\n---\nb: 1\n", [("CHG111", 2, 1)]),
        (b"---\na: 1\n...\n", []),
        (b"%YAML 1.1\n---\na: 1\n", [("CHG111", 1, 1)]),
        (b"%TAG ! tag:x,2026:\n---\na: 1\n", [("CHG111", 1, 1)]),
        (b"? [a]\n: 1\n", [("CHG112", 1, 3)]),
        (b"? {a: 1}\n: 1\n", [("CHG112", 1, 3)]),
        (b"? \n: 1\n", [("CHG112", 1, 2)]),
        (b"a:\n\tb: 1\n", [("CHG107", 2, 1)]),
        (b"a: 1\n\t\n  b\n", [("CHG107", 2, 1)]),
        (b"a: b: c\n", [("CHG103", 1, 5)]),
        (b"a: [1, 2\n", [("CHG103", 2, 1)]),
        (b"a: @x\n", [("CHG103", 1, 4)]),
        (b"a: 'x\n", [("CHG103", 2, 1)]),
        (b'a: "\\q"\n', [("CHG103", 1, 5)]),
        (b'a: "\\ud800"\n', [("CHG103", 1, 7)]),
        (b"a: 1\n  b: 2\n", [("CHG103", 2, 4)]),
        (b"", [("CHG116", 1, 1)]),
        (b"# x\n\n", [("CHG116", 1, 1)]),
        (b"\xef\xbb\xbfa: 1\n", [("CHG102", 1, 1)]),
        (b"a: 1\nb: x\x00y\n", [("CHG102", 2, 5)]),
        ("a: 1 # \u202e\n".encode(), [("CHG102", 1, 8)]),
        ("é: \u2028\n".encode(), [("CHG102", 1, 4)]),
        (b"a: 1\rb: 2\r\n", [("CHG102", 1, 5)]),
        (b"a: 1\r\nb: 2\r\n", []),
        (b'"a\\u202e": 1\n', [("CHG102", 1, 1)]),
        (b'"a\\nb": 1\n', [("CHG102", 1, 1)]),
        ("é\né: ".encode() + b"\xff\n", [("CHG101", 2, 4)]),
        ("a: 1".encode("utf-16"), [("CHG101", 1, 1)]),
    ],
)
def test_what_is_not_plain_yaml_is_complained_of_at_its_place(
    content: bytes, found: list[tuple[str, int, int]]
) -> None:
    assert read(content)[1] == found


def test_all_complaints_come_in_one_run() -> None:
    assert read(b"a: &x 1\na: 2\n? [b]\n: !t c\n")[1] == [
        ("CHG108", 1, 4),
        ("CHG106", 2, 1),
        ("CHG112", 3, 3),
        ("CHG109", 4, 3),
    ]


@pytest.mark.parametrize(("levels", "found"), [(32, []), (33, [("CHG114", 1, 34)])])
def test_thirty_two_levels_are_allowed(levels: int, found: list[object]) -> None:
    assert read(b"[" * levels + b"1" + b"]" * levels)[1] == found


@pytest.mark.parametrize(("values", "found"), [(19_999, []), (20_000, [("CHG115", 1, 40_000)])])
def test_twenty_thousand_values_are_allowed(values: int, found: list[object]) -> None:
    assert read(b"[" + b"1," * values + b"]")[1] == found


@pytest.mark.parametrize(("size", "found"), [(256 * 1024, []), (256 * 1024 + 1, [("CHG113", 1, 1)])])
def test_256_kib_are_allowed(size: int, found: list[object]) -> None:
    assert read(b"a".ljust(size))[1] == found


NESTED = [
    "[",
    "{",
    "- ",
    "? ",
    "[{",
    "[\n",
    "{a: ",
    "a: ",
    "- ? ",
    '["]", ',
    "[? ",
    "- [",
    "{? ",
    "-\n ",
    "!a [",
    "[#\n",
]


@pytest.mark.parametrize("levels", [100_000, 10_000_000])
def test_the_interpreter_survives_any_nesting(levels: int) -> None:
    code = (
        "import sys; from changectl.planfile.yaml import read_yaml; from changectl.model.node import Complaints\n"
        "for part in sys.argv[2:]:\n"
        "    for size in (int(sys.argv[1]), 250 * 1024 // len(part)):\n"
        "        c = Complaints(); read_yaml(part.encode() * size, c); print(len(c.found) > 0, end=' ')\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(levels), *NESTED], capture_output=True, text=True, timeout=300
    )
    assert (child.returncode, child.stderr) == (0, "")
    assert child.stdout.split() == ["True"] * 2 * len(NESTED)


def test_brackets_in_prose_are_no_nesting() -> None:
    script = "".join(f"  if [[ $x{n} == {{ ]]; then echo '['; fi\n" for n in range(200))
    assert read(f"run: |\n{script}".encode())[1] == []


def test_it_reads_the_same_without_the_c_library() -> None:
    code = (
        "import yaml; yaml.__with_libyaml__ = False\n"
        "from planfile.plans import FULL, read\n"
        "from changectl.planfile import compose\n"
        "plan, complaints = read(FULL); print(compose._LOADER.__name__, complaints)\n"
        "from planfile.test_yaml import read; print(read(b'a: &x [1\\n'), read(b'a:\\n\\tb: 1'), read(b'\\'\\\\ud800\\''))\n"
        "print(read(b'\"\\\\ud800\"')[1])\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=TESTS, env={"PYTHONPATH": ".:.."}
    )
    assert child.stderr == ""
    assert child.stdout.splitlines()[0] == "SafeLoader ()"
    assert child.stdout.splitlines()[-1] == "[('CHG102', 1, 1)]"
