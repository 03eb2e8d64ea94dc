"""Which form a step or check has, and how the search for what was meant is bounded."""

import pytest

from changectl.model.node import MOST_COMPLAINTS, Complaints, Span
from changectl.planfile.forms import Form, Forms
from changectl.planfile.plan import read_plan
from changectl.planfile.words import listing, meant
from planfile.plans import SHORTEST, form, read

NO_FORMS = Forms({}, {})


def test_a_key_that_is_also_a_member_of_another_form_belongs_to_that_form() -> None:
    forms = Forms({"set": form("set", "change"), "change": form("change")}, {"http": form("http", "expect")})
    plan, complaints = read_plan(SHORTEST, "x", forms)
    assert complaints == ()
    assert plan is not None
    assert [step.action for step in plan.steps] == ["set"]


def test_a_form_gets_its_own_members_and_no_others() -> None:
    seen: list[list[str]] = []

    def reader(members: object, *_: object) -> object:
        seen.append(sorted(members))  # type: ignore[call-overload]
        return ()

    forms = Forms({"set": Form("set", ("change",), reader, "")}, {"http": Form("http", ("expect",), reader, "")})
    read_plan(SHORTEST.replace(b"expect: 200", b"expect: red\n    retry: 2 x 1s\n    name: x"), "x", forms)
    assert seen == [["change", "set"], ["http"]]


def test_a_form_that_reads_nothing_and_says_nothing_is_complained_of() -> None:
    silent = Forms({"set": Form("set", ("change",), lambda *_: None, "set: a/b")}, {"http": form("http", "expect")})
    plan, complaints = read_plan(SHORTEST, "x", silent)
    assert (plan, [(c.rule, c.help) for c in complaints]) == (None, [("CHG120", "for example set: a/b")])


def test_without_any_form_a_plan_is_complained_of() -> None:
    plan, complaints = read_plan(SHORTEST, "x", NO_FORMS)
    assert (plan, [c.rule for c in complaints]) == (None, ["CHG142", "CHG142"])


def test_a_warning_leaves_the_plan() -> None:
    def warned(members: object, node: object, complaints: Complaints, _: object) -> object:
        complaints.add("CHG999", "mind this", Span(1, 1), severity="warning")
        return ()

    forms = Forms({"set": Form("set", ("change",), warned, "")}, {"http": form("http", "expect")})
    plan, complaints = read_plan(SHORTEST, "x", forms)
    assert plan is not None
    assert [c.severity for c in complaints] == ["warning"]


def test_the_same_complaint_comes_once() -> None:
    found = read(b"a: 1")[1]
    assert len(found) == len(set(found))


def test_nobody_searches_for_a_word_that_nobody_will_read() -> None:
    complaints = Complaints()
    assert meant("stesp", ["steps"], complaints) == 'did you mean "steps"?'
    for _ in range(MOST_COMPLAINTS):
        complaints.add("CHG104", "x", Span(1, 1))
    assert meant("stesp", ["steps"], complaints) == ""


@pytest.mark.parametrize(("words", "text"), [("a", "a"), ("ab", "a or b"), ("abc", "a, b or c"), ("", "nothing")])
def test_words_are_listed_as_a_person_would(words: str, text: str) -> None:
    assert listing(words) == text
