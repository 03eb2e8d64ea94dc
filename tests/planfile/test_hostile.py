"""Hostile input: whatever the bytes of a plan are, there is a plan or there are complaints, soon, and nothing else."""

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planfile.plans import FULL, SHORTEST, read

TESTS = Path(__file__).parents[1]
K = 250 * 1024
SECONDS = 1.0
"""Ten times what any of them takes, so that a busy machine is no failure and quadratic growth is one."""

REPEATED = {
    name: part * (K // len(part))
    for name, part in {
        **{f"only {mark!r}": mark for mark in "[{]}-?:,&*!|>'\"%@`#~<= \n\t\r\\"},
        **{f"only {mark!r} and a space": f"{mark} " for mark in "[{-?:&*!|>%#"},
        **{f"lines of {mark!r}": f"{mark}\n" for mark in "[{-?:&*!|>%#"},
        "open and close": "[]",
        "mapping in mapping": "{a: ",
        "list in mapping": "a: [",
        "complex keys": "? [a] : ",
        "items": "- a\n",
        "mappings": "- {a: 1}\n",
        "empty keys": ": \n",
        "one key": "a: 1\n",
        "anchors": "- &a a\n",
        "aliases": "- *a\n",
        "tags": "- !!str a\n",
        "documents": "---\n",
        "document ends": "...\n",
        "block scalars": "- |\n a\n",
        "quotes": "- ''\n",
        "escapes": '- "\\n"\n',
        "bracket hidden in quotes": '[ "]", ',
        "brace hidden in quotes": "{'}': ",
        "merge keys": "<<: {}\n",
        "long keys": "a" * 1100 + ": 1\n",
        "comments": "# c\n",
        "steps": "steps: [{name: a, run: b}]\n",
        "four-byte characters": "\U0001f984",
        "combining characters": "a\u0301",
    }.items()
}
REPEATED |= {
    "flow list": "[" + "a," * (K // 2) + "]",
    "flow pairs": "[" + "a: b," * (K // 5) + "]",
    "one long key": "a" * K + ": 1",
    "one long line": "title: " + "a" * K,
    "deeper and deeper": "".join(" " * n + "-\n" for n in range(700)),
    "deeper keys": "".join(" " * n + "a:\n" for n in range(600)),
    "laughs": "a: &a [x]\n"
    + "".join(f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
    "unknown members": "".join(f"stesp{n}: 1\n" for n in range(9_000)),
    "steps without a form": "steps:\n" + "- {naem: x}\n" * 6_000,
    "steps of one name": "steps:\n" + "- {name: x, run: y}\n" * 6_000,
    "results": "steps:\n" + "".join(f"- {{name: s{n}, run: {{$result: s{n}.x}}}}\n" for n in range(4_000)),
    "undo of nothing": "steps:\n- name: a\n  run: b\n  undo:\n" + "  - run: c\n" * 9_000,
    "checks": "test:\n" + "- {htpp: x, retyr: 1}\n" * 6_000,
}

UNSEEN = [chr(c) for c in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD)] + [
    *"\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u3164",
    *("\ufeff", "\uffa0", "\ufff9", "\ufffe", "\uffff", "\U000e0001", "\U000e0041"),
]

RAW = {
    "latin-1": "title: Jos\u00e9".encode("latin-1"),
    "utf-16": SHORTEST.decode().encode("utf-16"),
    "utf-16 without mark": SHORTEST.decode().encode("utf-16-le"),
    "utf-32": SHORTEST.decode().encode("utf-32"),
    "overlong slash": b"title: \xc0\xaf",
    "surrogate in UTF-8": b"title: \xed\xa0\x80",
    "cut character": b"title: \xe2\x82",
    "beyond Unicode": b"title: \xf5\x80\x80\x80",
    "every byte": bytes(range(256)),
    "zeros": bytes(K),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(100),
    "ELF": b"\x7fELF" + bytes(100),
    "too large": b"a" * 300 * 1024,
    "mark and plan": b"\xef\xbb\xbf" + SHORTEST,
    "python object": b"title: !!python/object/apply:os.system ['touch /tmp/pwned']",
    "python name": b"title: !!python/name:os.system",
    "javascript": b"title: !!js/function 'function(){}'",
    "binary": b"title: !!binary aGVsbG8=",
    "verbatim tag": b"title: !<tag:yaml.org,2002:str> x",
    "alias to itself": b"a: &a [*a]",
    "unknown alias": b"a: *nobody",
    "lone surrogate escape": b'title: "\\ud800"',
    "huge escape": b'title: "\\Uffffffff"',
    "a number of 5,000 digits": b"plan: " + b"9" * 5000,
    "a float beyond all": b"plan: 1e999999999",
    "a hexadecimal of 5,000 digits": b"plan: 0x" + b"f" * 5000,
    "infinity": b"plan: .inf",
    "not a number": b"plan: .nan",
    "plan of true": b"plan: true",
    "plan of -1": b"plan: -1",
    "newer plan": b"plan: 999999999999999999",
    "text": b"just some words",
    "list": b"- a\n- b",
    "null": b"null",
    "number": b"7",
    "JSON of nothing": b"{}",
    "steps as text": b"steps: rm -rf /",
    "zone that is a path": b"when: {start: 2026-11-24 03:00 ../../../etc/passwd}",
    "zone that is a folder": b"when: {start: 2026-11-24 03:00 America/Argentina}",
    "year 9999": b"when: {start: 9999-12-31 23:59 Pacific/Auckland}",
    "year 0": b"when: {start: 0000-01-01T00:00:00Z}",
    "duration beyond all": b"when: {duration: 99999999999999999999d}",
    "retry beyond all": b"test: [{http: x, retry: 99999999999999 x 1s}]",
    "regular expression trap": b"when: {duration: " + b"1h " * 5000 + b"}",
    "digits of another script": "when: {duration: ٣m}".encode(),
}


def _inputs() -> Iterator[tuple[str, bytes]]:
    yield from ((name, text.encode()) for name, text in REPEATED.items())
    yield from RAW.items()
    yield from ((f"U+{ord(c):04X} in a comment", f"# {c}\n".encode(errors="surrogatepass") + SHORTEST) for c in UNSEEN)
    yield from ((f"half a plan, {n} bytes", FULL[:n]) for n in range(20, len(FULL) - 200, 20))


INPUTS = dict(_inputs())


def test_there_are_many_of_them() -> None:
    assert len(INPUTS) > 300


@pytest.mark.parametrize("name", INPUTS)
def test_hostile_input_gives_complaints_soon(name: str) -> None:
    gc.disable()  # walking through what other tests of this process have left is not the reader's doing
    try:
        start = time.process_time()
        plan, complaints = read(INPUTS[name])
        seconds = time.process_time() - start
    finally:
        gc.enable()
    assert seconds < SECONDS
    assert plan is None
    assert 0 < len(complaints) <= 100
    assert all(c.span.line >= 1 and c.span.column >= 1 and c.rule and c.message for c in complaints)
    assert not Path("/tmp/pwned").exists()


@pytest.mark.parametrize("character", UNSEEN, ids=lambda c: f"U+{ord(c):04X}")
@pytest.mark.parametrize("where", ["title: a%sb", '"le%sad": ana', "steps: [{name: 'a%s', run: b}]"])
def test_no_hidden_character_comes_in_anywhere(character: str, where: str) -> None:
    plan, complaints = read((where % character).encode(errors="surrogatepass"))
    assert (plan, {c.rule for c in complaints} & {"CHG101", "CHG102"} != set()) == (None, True)


def test_complaints_quote_nothing_hidden_and_nothing_endless() -> None:
    content = b'title: x\nrisk: "\\e[2J\\u202e' + b"x" * 9_000 + b'"\n"ste\\tps": 1\n'
    for complaint in read(content)[1]:
        assert len(complaint.message) < 200
        assert complaint.message.isprintable()


def _always_a_plan_or_complaints(content: bytes) -> None:
    plan, complaints = read(content)
    assert (plan is None) == any(c.severity == "error" for c in complaints)


FUZZ = settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@FUZZ
@given(st.binary(max_size=400))
def test_any_bytes_give_a_plan_or_complaints(content: bytes) -> None:
    _always_a_plan_or_complaints(content)


@FUZZ
@given(st.text(alphabet="[]{}-?:,&*!|>'\"%@`#~<= \n\tab1.$", max_size=120))
def test_any_text_of_marks_gives_a_plan_or_complaints(text: str) -> None:
    _always_a_plan_or_complaints(text.encode())


@FUZZ
@given(st.sampled_from((SHORTEST, FULL)), st.data())
def test_a_plan_with_a_part_changed_gives_a_plan_or_complaints(plan: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(plan)))
    end = data.draw(st.integers(start, min(start + 40, len(plan))))
    part = data.draw(
        st.binary(max_size=8) | st.sampled_from((b"\n", b": ", b"[", b"{$ref: ", b"none", b"- ", b'"', b"0"))
    )
    _always_a_plan_or_complaints(plan[:start] + part + plan[end:])


VALUES = st.recursive(
    st.sampled_from(
        ("none", "snapshot", "same", "red", "1", "45m", "true", "~", "x/y", "''", "{$ref: a}", "{$result: a.b}")
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(
                (
                    "name",
                    "id",
                    "run",
                    "call",
                    "http",
                    "alarm",
                    "undo",
                    "check",
                    "none",
                    "after",
                    "auto",
                    "steps",
                    "expect",
                    "retry",
                    "$ref",
                )
            ),
            inner,
            max_size=4,
        ).map(lambda members: "{" + ", ".join(f"{name}: {value}" for name, value in members.items()) + "}")
    ),
    max_leaves=12,
)


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(("plan", "title", "when", "comms", "steps", "test", "back_out", "affects", "risk")), VALUES
    )
)
def test_any_values_in_any_members_give_a_plan_or_complaints(members: dict[str, str]) -> None:
    _always_a_plan_or_complaints("".join(f"{name}: {value}\n" for name, value in members.items()).encode())


def test_reading_a_plan_loads_no_large_library() -> None:
    code = (
        "import sys; from changectl.planfile import plan, config, find, rules; from changectl.views import complaints\n"
        "print(sorted({'yaml', 'tomllib', 'zoneinfo', 'difflib'} & set(sys.modules)))\n"
        "from planfile.plans import FULL, read; read(FULL)\n"
        "large = {'pydantic', 'boto3', 'botocore', 'git', 'rich', 'typer', 'click', 'sqlite3', 'asyncio', 'ssl', 'difflib'}\n"
        "print(sorted(large & set(sys.modules)))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=TESTS, env={"PYTHONPATH": ".:.."}
    )
    assert (child.stdout, child.stderr) == ("[]\n[]\n", "")
