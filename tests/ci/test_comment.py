"""The comment and the summary: as golden files, within their size, and harmless whatever stands in any text."""

import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changectl.views.annotations import github_annotations
from changectl.views.comment import MOST, SUMMARY, comment, most_dangerous_first, summary
from changectl.views.comment_facts import RequestFacts
from changectl.views.comment_mark import mark_of
from changectl.views.markdown import md
from tests.ci.examples import HEAD, as_written, complaints, plan_facts, request, unread
from tests.ci.test_markdown import APART, Rendered, outside_code

GOLDEN = Path(__file__).parent / "golden"


def is_golden(name: str, text: str) -> None:
    """Compare with the file; with CHANGECTL_GOLDEN set, write it, to be looked at in the diff."""
    if os.environ.get("CHANGECTL_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_comment_summary_and_annotations_are_as_they_were() -> None:
    usual = RequestFacts(HEAD, request().at, (replace(plan_facts(), complaints=()),), order=(12, 1))
    is_golden("comment.md", comment(usual))
    is_golden("comment-everything.md", comment(request(many=14)))
    is_golden("comment-nothing.md", comment(replace(usual, plans=())))
    is_golden("summary.md", summary(request(many=3)))
    files = [(plan.path, plan.content, plan.complaints) for plan in request(many=14).plans]
    is_golden("annotations.txt", github_annotations(files))


def test_a_usual_comment_is_read_at_a_glance() -> None:
    shown = comment(RequestFacts(HEAD, request().at, (replace(plan_facts(), complaints=()),)))
    assert "<details>" not in shown
    assert len(shown.splitlines()) < 100


@pytest.mark.parametrize("many", [12, 40, 500])
def test_500_of_everything_fit(many: int) -> None:
    shown = comment(request(many=many))
    assert len(shown) < MOST
    assert shown.count("<details>") == shown.count("</details>") > 0
    assert ("more; run: `changectl" in shown) == (many == 500)
    assert len(summary(request(many=many)).encode()) < SUMMARY


def test_300_plans_fit_and_the_last_is_counted() -> None:
    facts = request(many=3)
    plans = tuple(replace(plan_facts(), id=f"plan-{n:03}") for n in range(300))
    shown = comment(replace(facts, plans=plans))
    assert len(shown) < MOST
    named = set(re.findall(r"plan-\d{3}", shown))
    more = re.findall(r"- … and ([\d,]+) more; run: `changectl ci comment --dry-run`", shown)
    assert len(named) + sum(map(int, more)) == 300


LOUD = [
    "&" * 5000,
    "\\`*_{}[]<>#~|$&^" * 400,
    "@a" * 3000,
    "</details></details><!-- -->" * 300,
    "`" * 5000,
    "\U0001f600" * 5000,
    "1234567 " * 900,
]


@pytest.mark.parametrize("text", LOUD)
def test_texts_that_grow_when_they_are_made_safe_fit(text: str) -> None:
    facts = request(lambda _: text, many=60)
    assert len(comment(replace(facts, plans=facts.plans * 6))) < MOST
    assert len(summary(facts).encode()) < SUMMARY


def test_the_most_dangerous_comes_first() -> None:
    facts = request()
    whole = facts.plans[1]
    assert whole.plan is not None
    assert whole.foreseen is not None
    exact = replace(whole.foreseen, proposed=replace(whole.foreseen.proposed, reversibility="exact"))
    low = replace(whole, id="z-safe", foreseen=exact)
    assert [plan.id for plan in most_dangerous_first((unread(), low, whole, facts.plans[2]))] == [
        "2026-11-24-fire",
        "2026-11-24-timeout",
        "z-safe",
        "wrong",
    ]


def tags(shown: str) -> list[str]:
    return Rendered(shown).tags


FAKES = [
    "<!-- changectl/comment/1 valid-at=9999-01-01T00:00:00.000000Z order=9 head=" + "0" * 40 + " -->",
    "</details>",
    "</summary>",
    "<script>alert(1)</script>",
    "<img src=http://x onerror=y>",
    "-->",
    "--> <b>",
    "```",
    "````\n````",
    "~~~",
    "\n\n## approved\n\n",
    "| a |\n|---|\n| b |",
    "@everyone",
    "#1",
    "::error::x",
    "##[error]x",
    "::stop-commands::x",
    "/close",
    "\n/merge\n",
    "![x](http://y/z.png)",
    "[x](javascript:y)",
    "http://evil.example",
    "www.evil.example",
    "a@evil.example",
    ":shipit:",
    "\u202eabc",
    "\x1b]8;;http://evil\x07x\x1b]8;;\x07",
    "$`x`$",
    "\\",
    "`\\`",
    "- [x] done",
    "> [!NOTE]",
    "[^1]",
    "a\rb",
    "\u2028/close",
    "&#64;ana",
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(FAKES), min_size=1, max_size=4).map("".join) | st.text(max_size=40))
def test_no_text_changes_what_the_page_is_made_of(text: str) -> None:
    """The same elements, the same mark, no line that is obeyed, whatever all texts say."""
    quiet, loud = request(as_written), request(lambda _: text if md(text) else "nothing to be seen")
    shown = comment(loud)
    assert _without_code(tags(shown)) == _without_code(tags(comment(quiet)))
    assert mark_of(shown) == mark_of(comment(quiet))
    assert not re.search(r"(?m)^\s*(::|##\[|/)", shown)
    said = outside_code(shown)
    assert not re.search(r"@\w|#\d|:[a-z+-][\w+-]*:|://|www\.", said), said
    unseen = {char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert unseen <= {APART, "\n"}


def _without_code(found: list[str]) -> list[str]:
    """Code spans apart: a text that cannot be seen is said to be nothing, in words."""
    return [tag for tag in found if tag != "code"]


def test_every_text_reaches_the_page_or_is_counted() -> None:
    shown = comment(request(lambda text: f"{text} ZZZ"))
    plain = Rendered(shown).text.replace(APART, "")
    for words in (
        "Raise the idle timeout to 120 s ZZZ", "cut off. ZZZ", "Raise the timeout ZZZ", "Connections that were cut off. ZZZ",
        "Checkouts may pause. ZZZ", "support ZZZ #unicorn-ops ZZZ", "led by ana ZZZ", "OPS-3391 ZZZ", "Ana 0 ZZZ", "60 ZZZ",
        "120 ZZZ", "its name is taken for a week ZZZ", "autoscaling sets it too ZZZ", "the alarm rentals-5xx is OK, 0 ZZZ",
        "INC-42 ZZZ", "not signed in to AWS ZZZ", "origin could not be read ZZZ", "nobody else is awake ZZZ", "5xx ZZZ",
        "its commit names no preview ZZZ", "plans/old.yaml ZZZ", "the rationale says nothing, 0 ZZZ (say why ZZZ)",
    ):  # fmt: skip
        assert words in " ".join(plain.split()), words


def test_a_command_that_is_told_to_be_typed_quotes_no_name_that_a_shell_would_obey() -> None:
    facts = replace(unread(), id="x; $(curl evil)", complaints=complaints(300))
    shown = comment(RequestFacts(HEAD, request().at, (facts,)))
    assert "run: `changectl check`" in shown
