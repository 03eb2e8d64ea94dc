"""Whatever the plan, no rule raises; and a plan that is ten times as long takes about ten times the work."""

import cProfile
import json
import pstats
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changectl.catalogue import catalogue, forms
from changectl.contracts.lint import Finding
from changectl.model.node import Complaints, Node
from changectl.model.plan import Plan
from changectl.planfile.plan import read_plan
from changectl.planfile.yaml import read_yaml
from lint.plans import ID, KNOWN, read, rules, with_part


def findings(plan: Plan, root: Node) -> list[Finding]:
    return [finding for rule in rules().values() for finding in rule.find(plan, root, KNOWN)]


def _is_sound(finding: Finding) -> bool:
    return (
        bool(finding.message and finding.help)
        and len(finding.message) < 400
        and finding.message.isprintable()
        and finding.help.isprintable()
        and finding.span.line >= 1
    )


WORDS = st.sampled_from(
    (
        *(
            "TBD",
            "revert",
            "as discussed",
            "Raise the timeout",
            "team",
            "a@b.c",
            "\U0001f984",
            "password=hunter2",
            "://a:b@",
            "ß",
        ),
        *(
            "-----BEGIN ",
            "ey" + "Jaaaaaaaaa.eyJ",
            "AKIA" + "IOSFODNN7ABCDEFG",
            "https://x",
            "'",
            "(",
            "n/a",
            "???",
            "#x",
            "0",
        ),
        *("ß", "checkouts are cut off", "\n", "…"),
    )
)
TEXT = st.lists(WORDS | st.text(st.characters(exclude_categories=("C", "Z")), max_size=6), min_size=1, max_size=6).map(
    " ".join
)
LINE = TEXT.map(lambda text: " ".join(text.split()) or "x")
CHECK = st.one_of(
    st.fixed_dictionaries(
        {
            "command": st.lists(
                st.sampled_from(("sh", "-c", "true", "env", "test", "=", "[", "]", "a=1", "|| true")), min_size=1
            )
        }
    ),
    st.fixed_dictionaries(
        {"http": st.just("https://x.com"), "expect": st.lists(st.integers(100, 599), min_size=1, max_size=4)},
        optional={"retry": st.just("9999 x 30d"), "no_data": st.just("ok")},
    ),
    st.fixed_dictionaries({"alarm": LINE}, optional={"no_data": st.just("ok"), "retry": st.just("2 x 3s")}),
    st.just({"facet": "security-group/web tags", "contains": ["a"]}),
)
CHECKS = st.lists(CHECK, min_size=1, max_size=3)
BACK = st.one_of(
    st.just({"wait": "30d"}),
    st.fixed_dictionaries({"ask": TEXT}),
    st.sampled_from(
        (
            {"call": "ec2.delete_security_group", "with": {"GroupId": {"$ref": "security-group/x"}}},
            {"call": "iam.delete_role", "with": {"RoleName": "x"}},
            {"call": "ec2.create_tags", "with": {"Resources": ["i-1", "sg-1"], "Tags": [{"Key": "a", "Value": "b"}]}},
            {
                "call": "elbv2.add_tags",
                "with": {"ResourceArns": [{"$ref": "load-balancer/x"}], "Tags": [{"Key": "password"}]},
            },
            {"call": "dynamodb.update_table", "with": {"TableName": "x", "TableClass": "STANDARD"}},
            {"call": "ssm.delete_parameters", "with": {"Names": ["a", "/b/c"]}},
            {"set": "parameter/x", "change": {"value": {"to": "a"}}},
            {"set": "table/x", "change": {"tags": {"add": {"a": "b"}, "remove": ["c"]}}},
        )
    ),
    st.fixed_dictionaries({"wait": st.fixed_dictionaries({"until": CHECK, "for": st.just("3m")})}),
)
MORE = st.fixed_dictionaries({"name": LINE}, optional={"undo": st.lists(BACK, max_size=2), "check": CHECK})
STEP = st.builds(lambda step, more: {**step, **more}, BACK, MORE)
PLAN = st.fixed_dictionaries(
    {
        "plan": st.just(1),
        "title": LINE,
        "rationale": TEXT,
        "risk": st.sampled_from(("low", "medium", "high")),
        "env": st.just("prod"),
        "comms": st.one_of(
            TEXT,
            st.fixed_dictionaries({"none": TEXT}),
            st.dictionaries(st.sampled_from(("channel", "before", "after", "audience")), LINE, min_size=1),
        ),
        "steps": st.lists(STEP, min_size=1, max_size=4),
        "test": st.one_of(
            CHECKS,
            st.fixed_dictionaries({"none": TEXT}),
            st.fixed_dictionaries(
                {"before": CHECKS, "during": CHECKS, "after": CHECKS}, optional={"soak": st.just("10m")}
            ),
        ),
        "back_out": st.one_of(
            st.just("snapshot"),
            st.fixed_dictionaries({"none": TEXT}),
            st.fixed_dictionaries(
                {"auto": st.sampled_from(("true", "ask", "false"))},
                optional={"cannot_undo": TEXT, "test": st.just("same"), "steps": st.lists(BACK, max_size=2)},
            ),
        ),
    },
    optional={
        "lead": LINE,
        "runbook": TEXT,
        "allow": st.lists(st.sampled_from(("iam.delete_role", "iam.DeleteRole", "s3.get_object"))),
        "when": st.sampled_from(
            (
                {"duration": "1s"},
                {"start": "2020-01-01T00:00:00Z"},
                {"start": "2099-12-31T23:59:59+14:00", "duration": "30d"},
            )
        ),
    },
)


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(PLAN)
def test_no_rule_raises_on_any_plan_that_can_be_read(plan: Mapping[str, object]) -> None:
    content = json.dumps(plan, ensure_ascii=False).encode()
    complaints = Complaints()
    root = read_yaml(content, complaints)
    found, _ = read_plan(content, ID, forms(catalogue()))
    if found is not None and root is not None:
        assert all(map(_is_sound, findings(found, root)))


LONG: Mapping[str, Callable[[int], str]] = {
    "steps that set": lambda n: (
        "steps:\n" + "".join(f"  - {{name: s{i}, set: parameter/x, change: {{value: a{i}}}}}\n" for i in range(n))
    ),
    "steps that call": lambda n: (
        "steps:\n"
        + "".join(f"  - {{name: s{i}, call: ec2.delete_security_group, with: {{GroupId: sg-{i}}}}}\n" for i in range(n))
    ),
    "steps that undo": lambda n: (
        "steps:\n"
        + "".join(
            f"  - {{name: s{i}, call: iam.delete_role, with: {{RoleName: r{i}}}, undo: {{ask: Revert r{i}}}}}\n"
            for i in range(n)
        )
    ),
    "equal steps": lambda n: (
        "steps:\n" + "".join(f"  - {{name: s{i}, set: parameter/x, change: {{value: a}}}}\n" for i in range(n))
    ),
    "allowed": lambda n: "allow:\n" + "".join(f"  - iam.a{i}\n" for i in range(n)),
    "checks": lambda n: (
        "test:\n" + "".join(f"  - {{command: [env, a=1, sh, -c, 'x || true {i}']}}\n" for i in range(n))
    ),
    "arguments": lambda n: f"test: [{{command: [env, {'a=1, ' * n} 'true']}}]",
    "words": lambda n: "rationale: " + "timeout raised " * n,
    "dots": lambda n: "rationale: a" + ". " * n,
    "script": lambda n: f"test: [{{command: [sh, -c, '{'|| echo ; ' * n}']}}]",
    "spaces": lambda n: f"test: [{{command: [sh, -c, 'echo {' ' * n}| x']}}]",
    **{
        f"text of {part.strip()[:14]!r}": lambda n, part=part: (  # type: ignore[misc]
            f"steps: [{{name: Go, set: parameter/x, change: {{value: '{(part * n)[: 20 * n]}'}}}}]"
        )
        for part in (
            *(
                "password= ",
                "password=a1",
                "--password ",
                "--------",
                "a://b:",
                "://@",
                "a://",
                "-----BEGIN A ",
                "token: token: ",
            ),
            *(
                "ey" + "Jaaaaaaaa-",
                "ey" + "Jaaaaaaaa.ey" + "Jaaaaaaaa-",
                "xox" + "b-",
                "SG" + ".aaaaaaaaaaaaaaaa",
                "sk-" + "ant-",
            ),
            *(
                "AKIA" + "IOSFODNN7ABCDEFG ",
                "IQoJb3" + "JpZ2lu",
                "hooks.slack.com/services/T",
                "secret_key",
                "arn:aws:",
                "TODO",
            ),
            *(
                "token: token: ",
                "sk-" + "ant-",
                "???",
                "a/",
                "aZ1+",
                "https://",
                "a.b-c_",
                "as discussed with ",
                "x" * 20,
            ),
        )
    },
}


def _work(content: bytes) -> Mapping[str, int]:
    """How often functions are called, ours and those in C, by each rule."""
    plan, root = read(content)
    known = replace(KNOWN, ids=tuple(f"plan-{number}" for number in range(1000)))
    calls = {}
    for key, rule in rules().items():
        profile = cProfile.Profile()
        profile.runcall(lambda rule=rule: list(rule.find(plan, root, known)))  # type: ignore[misc]
        calls[key] = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return calls


@pytest.mark.parametrize("name", LONG)
def test_ten_times_the_plan_is_ten_times_the_work(name: str) -> None:
    most = 1_000 if name not in ("steps that call", "steps that undo") else 300
    small, large = (_work(with_part(LONG[name](size))) for size in (most // 10, most))
    assert {key: (small[key], large[key]) for key in small if large[key] > 12 * small[key] + 400} == {}


SECONDS = 1.2
"""Of the processor: four times what any of them takes, and half of what the mildest quadratic growth took."""


@pytest.mark.parametrize("name", [name for name in LONG if name.startswith("text of")])
def test_the_longest_text_that_a_plan_may_have_is_searched_soon(name: str) -> None:
    plan, root = read(with_part(LONG[name](12_000)))
    start = time.process_time()
    assert all(map(_is_sound, findings(plan, root)))
    assert time.process_time() - start < SECONDS
