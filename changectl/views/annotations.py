"""Complaints as code hosts show them: GitHub's annotations, GitLab's code quality, SARIF for everybody else.

What stands in a plan is anybody's text, and a runner obeys any line that begins with `::`. So no text of a plan ever begins
a line here, and what it consists of is escaped.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias
from urllib.parse import quote

from changectl.model.explained import Explained
from changectl.model.node import Complaint, Span
from changectl.model.resource import Body
from changectl.views.complaints import one_row

Checked: TypeAlias = tuple[str, bytes, Sequence[Complaint]]
"""A file: its path as it is shown, its bytes, and what there is to say about it."""

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GITLAB = {"error": "major", "warning": "minor"}


def github_annotations(files: Iterable[Checked], most: int = 10) -> str:
    """Workflow commands, one a line, errors first; of each severity as many as GitHub shows, and how many more there are.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    every = [(path, complaint) for path, _, complaints in files for complaint in complaints]
    lines = []
    for severity in ("error", "warning"):
        found = [(path, complaint) for path, complaint in every if complaint.severity == severity]
        lines += [_annotation(path, complaint) for path, complaint in found[:most]]
        if (more := len(found) - most) > 0:
            sentence = f"{more} more {severity}{'s' * (more != 1)} not shown here: changectl check shows all"
            lines.append(f"::notice title=changectl::{sentence}")
    return "".join(f"{line}\n" for line in lines)


def guarded(text: str, token: str) -> str:
    """A text between two lines that make a runner obey none of it. Raises ValueError where the text has the token.

    `token`: so random that nobody can have written it into a plan.
    """
    if not token.isalnum() or token in text:
        raise ValueError("the token is in the text, or is none")
    return f"::stop-commands::{token}\n{text}{'' if text.endswith(chr(10)) else chr(10)}::{token}::\n"


def gitlab_report(files: Iterable[Checked]) -> list[Body]:
    """A code-quality report. A complaint keeps its fingerprint when its line moves.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    return [
        {
            "description": f"{complaint.rule}: {_said(complaint)}",
            "check_name": complaint.rule,
            "fingerprint": fingerprint,
            "severity": _GITLAB[complaint.severity],
            "location": {
                "path": _path(path),
                "lines": {"begin": complaint.span.line, "end": max(complaint.span.line, complaint.span.end_line)},
            },
        }
        for path, _, complaint, fingerprint in _fingerprinted(files)
    ]


def sarif(files: Iterable[Checked], rules: Sequence[Explained], version: str) -> dict[str, Body]:
    """A SARIF log: one run with every rule that there is, and every complaint of these files.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    driver = {"name": "changectl", "version": version, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The repository that holds the plans."}}},
        "results": [_result(*found, numbers) for found in _fingerprinted(files)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _annotation(path: str, complaint: Complaint) -> str:
    span = complaint.span
    members: dict[str, str | int] = {"file": one_row(path), "line": span.line}
    if span.end_line > span.line:
        members["endLine"] = span.end_line  # and no columns: GitHub takes them within one line only
    else:
        members["col"] = span.column
        if span.end_column > span.column:
            members |= {"endLine": span.line, "endColumn": span.end_column}
    members["title"] = complaint.rule
    given = ",".join(f"{name}={_property(str(value))}" for name, value in members.items())
    return f"::{complaint.severity} {given}::{_message(_said(complaint))}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _said(complaint: Complaint) -> str:
    message = one_row(complaint.message)
    return f"{message} ({one_row(complaint.help)})" if complaint.help else message


def _path(path: str) -> str:
    """The path as text that can be printed: a name that is no UTF-8 gets question marks, and cannot be linked to."""
    return path.encode(errors="replace").decode()


def _fingerprinted(files: Iterable[Checked]) -> Iterator[tuple[str, bytes, Complaint, str]]:
    """Every complaint with what it is known by: file, rule and words; and a number where several have the same."""
    for path, content, complaints in files:
        seen = Counter[str]()
        for complaint in complaints:
            words = "\0".join((path, complaint.rule, complaint.message))
            seen[words] += 1
            known_by = f"{words}\0{seen[words]}".encode(errors="surrogatepass")
            yield path, content, complaint, sha256(known_by).hexdigest()


def _rule(rule: Explained) -> dict[str, Body]:
    text = f"{rule.why}\n\nNot so:\n\n{rule.bad}\n\nBut so:\n\n{rule.good}"
    markdown = f"{rule.why}\n\nNot so:\n\n```yaml\n{rule.bad}\n```\n\nBut so:\n\n```yaml\n{rule.good}\n```"
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": rule.severity if rule.severity in _GITLAB else "none"},
    }


def _result(
    path: str, content: bytes, complaint: Complaint, fingerprint: str, numbers: dict[str, int]
) -> dict[str, Body]:
    place = {"artifactLocation": _artifact(path), "region": _region(complaint.span, content)}
    known = {"ruleIndex": numbers[complaint.rule]} if complaint.rule in numbers else {}
    return {
        "ruleId": complaint.rule,
        **known,
        "level": complaint.severity,
        "message": {"text": _said(complaint).replace("](", "] (")},  # which would be a link
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"changectl/v1": fingerprint},
    }


def _artifact(path: str) -> dict[str, Body]:
    """A path in the repository, or, with its whole name, on this machine."""
    uri = quote(os.fsencode(path))
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri, "uriBaseId": "SRCROOT"}


def _region(span: Span, content: bytes) -> dict[str, Body]:
    lines = content.decode(errors="replace").split("\n")
    end = (span.end_line, span.end_column) if span.end_line else (span.line, span.column)
    return {
        "startLine": span.line,
        "startColumn": _utf16(lines, span.line, span.column),
        "endLine": end[0],
        "endColumn": _utf16(lines, *end),
    }


def _utf16(lines: Sequence[str], number: int, column: int) -> int:
    """A column counted as SARIF, and every editor, does: in halves of the characters beyond U+FFFF."""
    before = lines[number - 1][: column - 1] if number <= len(lines) else ""
    return column + sum(character > "\uffff" for character in before)
