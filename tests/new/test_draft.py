"""The text of a plan with some members written anew: all else stays as its author wrote it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changectl.catalogue import catalogue, forms
from changectl.model.node import Span
from changectl.planfile.draft import (
    MODELINE,
    OWN_TEMPLATES,
    TEMPLATES,
    member_line,
    member_lines,
    templates,
    with_members,
    with_spans,
)
from changectl.planfile.plan import read_plan

PLANS = sorted((Path(__file__).parents[2] / "plans").glob("*.yaml"))
NAMES = ("title", "env", "emergency", "when", "lead", "steps", "back_out", "ticket")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_plan_of_which_nothing_is_written_anew_gets_a_first_line_and_stays_as_it_is(path: Path) -> None:
    text = path.read_text()
    assert with_members(text, {}) == f"{MODELINE}\n{text}"
    assert with_members(f"{MODELINE}\n{text}", {}) == f"{MODELINE}\n{text}"


def test_members_are_written_anew_where_they_stand_and_comments_above_them_stay() -> None:
    text = "# ours\nplan: 1\ntitle: Old\n\n# why\nrationale: >\n  So it\n  is.\nwhen: {duration: 3m}\nenv: prod  # the real one\n"
    assert with_members(
        text,
        {
            "title": member_line("title", "New: one"),
            "rationale": member_line("rationale", "Because."),
            "when": None,
            "emergency": member_line("emergency", "INC-1"),
            "steps": member_lines("steps", ("- name: Wait", "  wait: 3s")),
        },
    ) == (
        f'{MODELINE}\n# ours\nplan: 1\ntitle: "New: one"\n\n# why\nrationale: Because.\nenv: prod  # the real one\n'
        "emergency: INC-1\nsteps:\n  - name: Wait\n    wait: 3s\n"
    )


def test_a_plan_that_is_written_as_json_is_written_as_yaml() -> None:
    text = '{"plan": 1, "title": "x", "steps": [{"name": "$a", "wait": "3s"}]}'
    assert with_members(text, {"title": member_line("title", "y")}) == (
        f'{MODELINE}\nplan: 1\ntitle: "y"\nsteps: [{{name: "$a", wait: 3s}}]\n'
    )


@settings(max_examples=40)
@given(
    st.sampled_from(PLANS),
    st.dictionaries(st.sampled_from(NAMES), st.text(min_size=1, max_size=30) | st.none(), max_size=4),
)
def test_only_what_is_written_anew_differs(path: Path, members: dict[str, str | None]) -> None:
    before = read_plan(path.read_bytes(), "x", forms(catalogue()))[0]
    assert before is not None
    new = {name: None if text is None else member_line(name, text) for name, text in members.items()}
    text = with_members(path.read_text(), new)
    after = read_plan(text.encode(errors="replace"), "x", forms(catalogue()))[0]
    if after is not None:
        stays = {name: value for name, value in before.source.items() if name not in members}
        assert stays == {name: value for name, value in after.source.items() if name not in members}


def test_places_within_lines_are_written_anew_from_the_last_to_the_first() -> None:
    assert (
        with_spans("a: {x: 1, y: 22}\nb\n", {Span(1, 8, 1, 9): "333", Span(1, 14, 1, 16): "4"})
        == "a: {x: 333, y: 4}\nb\n"
    )


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.stem)
def test_all_that_is_wrong_with_a_template_is_its_gaps(path: Path) -> None:
    plan, complaints = read_plan(path.read_bytes(), "x", forms(catalogue()))
    assert plan is None
    assert {complaint.rule for complaint in complaints} == {"CHG117"}
    assert len(complaints) == path.read_text().count(": <") + path.read_text().count("[<") + path.read_text().count(
        ", <"
    )


def test_a_teams_own_template_goes_before_ours_of_the_same_name(tmp_path: Path) -> None:
    own = tmp_path / OWN_TEMPLATES
    own.mkdir(parents=True)
    (own / "parameter.yaml").write_text("plan: 1\n")
    (own / "queue.yaml").write_text("plan: 1\n")
    known = templates(tmp_path)
    assert {name for name, path in known.items() if path.is_relative_to(own)} == {"parameter", "queue"}
    assert set(known) == {"aws-call", "load-balancer", "parameter", "plan", "queue", "security-group-rule", "table"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_template_names_the_checks_that_there_are(path: Path) -> None:
    (named,) = re.findall(r"^# A check that .*: (.*)\.$", path.read_text(), re.MULTILINE)
    assert sorted(re.split(r", | or ", named)) == sorted(catalogue().probes)
