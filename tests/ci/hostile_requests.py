"""Pull requests by somebody who means harm: what they hold, and what must be said of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.ci.branches import Entry
from tests.ci.conftest import PLAN

ID = "2026-11-24-timeout"
PATH = f"plans/{ID}.yaml"
CANARY = "@CANARY@"
"""Stands in files for the path of a file that appears only if a byte of them is run."""
ATTACKER = "@ATTACKER@"
"""Stands for the address of a server of theirs."""

Files = Mapping[str, Entry | bytes | str | None]
RUN = f"#!/bin/sh\ntouch {CANARY}\n"
FAKE_MARK = f"<!-- changectl/comment/1 valid-at=9999-01-01T00:00:00.000000Z order=9 head={'0' * 40} -->"


@dataclass(frozen=True)
class Hostile:
    """`files` on the branch, or a whole branch of their own (`orphan`). `says`: what must be said, `mistakes` or `shown`.

    `checked_out`: the runner has it in its work tree, too. `preview`: production is looked at.
    """

    name: str
    files: Files
    status: int = 0
    says: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    checked_out: bool = False
    preview: bool = False
    orphan: bool = False
    who: str = "Ana <ana@example.com>"
    message: str = "x"
    env: Mapping[str, str] = field(default_factory=dict)


def plan(**members: object) -> str:
    """A good plan, with members that are not. JSON is YAML."""
    good = {
        "plan": 1,
        "title": "Raise the idle timeout to 120 s",
        "rationale": "Checkouts that take longer than 60 s are cut off, three times this week.",
        "risk": "medium",
        "env": "prod",
        "comms": {"before": "Checkouts may pause for a second.", "after": "It survives.", "audience": "support"},
        "steps": [
            {
                "name": "Raise the timeout",
                "set": "load-balancer/rentals",
                "change": {"attributes": {"idle_timeout.timeout_seconds": {"from": "60", "to": "120"}}},
            }
        ],
        "test": {"before": [{"alarm": "rentals-5xx"}], "after": [{"alarm": "rentals-5xx"}]},
        "back_out": "snapshot",
    }
    return json.dumps({**good, **members}, indent=1)


def said(text: str) -> str:
    """A plan that says this wherever it can say anything."""
    step = {
        "name": text,
        "set": "load-balancer/rentals",
        "change": {"attributes": {"idle_timeout.timeout_seconds": {"from": text, "to": text}}},
    }
    back = {"auto": "ask", "cannot_undo": text}
    comms = {"before": text, "after": text, "audience": text, "channel": text}
    return plan(
        title=text, rationale=text, lead=text, ticket=text, runbook=text, alternatives=text, comms=comms,
        steps=[step], back_out=back, test={"after": [{"alarm": text}]}, emergency=text,
    )  # fmt: skip


def toml(**members: str) -> str:
    """Their own changectl.toml."""
    env = {"account": '"123456789012"', "regions": '["ap-southeast-2"]', **members}
    rest = env.pop("rest", "")
    return "[env.prod]\n" + "".join(f"{name} = {value}\n" for name, value in env.items()) + rest


CHANGED_TOO = "changectl.toml is changed here too"
ONE_APPROVAL = "1 person, as its risk is medium"
NAMES = (
    "a\nb",
    "-rf",
    ";touch x",
    "$(touch x)",
    "`touch x`",
    "\x1b[31mred",
    "a b",
    "'",
    '"',
    "\u202egpj",
    "\udcff",
    "..x",
    "a.lock",
)
BOMB = "plan: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(40))
IMPORTED = (
    "sitecustomize.py",
    "yaml.py",
    "changectl/__init__.py",
    "boto3/__init__.py",
    "git/__init__.py",
    "conftest.py",
)

LINKS = (
    Hostile("a plan that is a link to a file of the runner", {PATH: Entry(b"/etc/passwd", "120000")}, 3,
            ("is a link or a submodule",), never=("root:",), checked_out=True),
    Hostile("a plan that is a link to git's own configuration", {PATH: Entry(b"../.git/config", "120000")}, 3,
            ("is a link or a submodule",), never=("repositoryformatversion",), checked_out=True),
    Hostile("a link among the plans that leads up", {"plans/more": Entry(b"../../..", "120000"), PATH: PLAN}, 3,
            ("is a link or a submodule",), checked_out=True),
    Hostile("the plans folder is a link", {"plans": Entry(b"/etc", "120000")}, 3, ("is a link or a submodule",)),
    Hostile("a plan that is a submodule", {
        PATH: Entry(b"c" * 40, "160000"),
        ".gitmodules": f'[submodule "x"]\n path = {PATH}\n url = ext::sh -c touch% {CANARY}\n update = !touch {CANARY}\n',
    }, 3, ("is a link or a submodule",)),
    Hostile("changectl.toml is a link", {"changectl.toml": Entry(b"/etc/passwd", "120000"), PATH: PLAN}, 3,
            (CHANGED_TOO,), never=("root:",), checked_out=True),
)  # fmt: skip

GIT = (
    Hostile("attributes that name filters", {
        ".gitattributes": "* filter=evil diff=evil merge=evil textconv=evil ident export-subst working-tree-encoding=UTF-16\n",
        "plans/.gitattributes": "*.yaml filter=evil diff=evil\n",
        ".gitconfig": f'[filter "evil"]\n smudge = touch {CANARY}\n clean = touch {CANARY}\n process = touch {CANARY}\n'
                      f'[diff "evil"]\n textconv = touch {CANARY}\n command = touch {CANARY}\n',
        PATH: PLAN,
    }, checked_out=True),
    Hostile("hooks in every place that tools look at", {
        f"{folder}/{name}": Entry(RUN.encode(), "100755")
        for folder in (".githooks", ".husky", "hooks")
        for name in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change")
    } | {PATH: PLAN}, checked_out=True),
    Hostile("configuration for git, AWS and shells in the tree", {
        ".git-credentials": "https://x:y@github.com", ".mailmap": "@everyone <ana@example.com>", ".envrc": RUN,
        ".aws/config": f"[default]\ncredential_process = touch {CANARY}\n", ".netrc": "machine x", ".bashrc": RUN,
        "config": f"[core]\nfsmonitor = touch {CANARY}\nsshCommand = touch {CANARY}\npager = touch {CANARY}\n", PATH: PLAN,
    }, checked_out=True),
    Hostile("a branch that has nothing in common with the base", {PATH: PLAN, "changectl.toml": toml()}, 3,
            ("have no commit in common",), orphan=True),
    Hostile("names of commits that are mentions", {PATH: PLAN}, shows=("Not by ",), who="@everyone #1 `x` **y** <a@b.c>",
            message="x\n\nCo-authored-by: ::error::x <script> <a@b.c>\nCo-authored-by: www.evil.example <a@b.c>\n"),
    Hostile("a commit that claims a preview", {PATH: PLAN}, message="Propose\n\nPreview: sha256:" + "0" * 64),
)  # fmt: skip

CONFIGURATION = (
    Hostile("an endpoint of theirs", {PATH: PLAN, "changectl.toml": toml(endpoint=f'"{ATTACKER}"')}, 4,
            (CHANGED_TOO,), (ONE_APPROVAL,), preview=True),
    Hostile("no approvals", {PATH: PLAN, "changectl.toml": toml(approvals="{low = 0, medium = 0, high = 0}")}, 0,
            (CHANGED_TOO,), (ONE_APPROVAL,)),
    Hostile("production that is said to be none", {PATH: PLAN, "changectl.toml": toml(production="false")}, 0,
            (CHANGED_TOO,), (ONE_APPROVAL,)),
    Hostile("a team of one", {PATH: PLAN, "changectl.toml": toml(rest="[team]\nof_one = true\n")}, 0, (CHANGED_TOO,),
            (ONE_APPROVAL,), ("this team is of one",)),
    Hostile("lint that is off", {
        PATH: plan(rationale="x"),
        "changectl.toml": toml(rest="[lint]\n" + "".join(f'CHG5{n:02} = "off"\n' for n in range(100))),
    }, 3, (CHANGED_TOO, "CHG5")),
    Hostile("a channel of theirs", {
        PATH: PLAN,
        "changectl.toml": toml(rest=f'[[channel]]\nkind = "webhook"\nurl = "{ATTACKER}"\n'),
    }, 0, (CHANGED_TOO,)),
    Hostile("a role of theirs", {
        PATH: PLAN,
        "changectl.toml": toml(read_role='"arn:aws:iam::123456789012:role/admin"', role='"arn:aws:iam::123456789012:role/admin"'),
    }, 4, (CHANGED_TOO,), preview=True),
    Hostile("a forge of theirs", {
        PATH: PLAN,
        "changectl.toml": toml(rest=f'[review]\nby = "github"\nrepository = "eve/evil"\napi = "{ATTACKER}"\n'),
    }, 0, (CHANGED_TOO,), ("by `changectl approve",)),
    Hostile("another env, without rules", {
        PATH: plan(env="mine"),
        "changectl.toml": toml().replace("prod", "mine"),
    }, 0, (CHANGED_TOO, "has no env mine"), ("Unknown: ",), preview=True),
    Hostile("a configuration without end", {PATH: PLAN, "changectl.toml": "x" * 3_000_000}, 3, (CHANGED_TOO,)),
    Hostile("no configuration any more", {PATH: PLAN, "changectl.toml": None}, 0, (), (ONE_APPROVAL,)),
)  # fmt: skip

FILES = (
    Hostile("names that a shell, a terminal or a log would obey", {f"plans/{name}.yaml": PLAN for name in NAMES}, 3,
            ("CHG141",), never=("\x1b", "\u202e")),
    Hostile("a plan of a megabyte", {PATH: "#" * 1_000_000}, 3, ("a plan has at most 262,144",)),
    Hostile("a plan that is no text", {PATH: bytes(range(256)) * 100}, 3, ("CHG101",)),
    Hostile("a bomb of anchors", {PATH: BOMB}, 3, ("CHG10",)),
    Hostile("brackets without end", {PATH: "plan: " + "[" * 100_000}, 3, ("nested too deep",)),
    Hostile("20,000 mistakes", {PATH: "plan: 1\n" + "".join(f"m{n}: {n}\n" for n in range(9_000))}, 3, ("CHG104",)),
    Hostile("a plan that reads otherwise than it looks", {PATH: PLAN.replace("Checkouts", "Check\u202eouts", 1)}, 3, ("CHG102",)),
    Hostile("300 plans, the one that matters among them", {
        **{f"plans/plan-{n:03}.yaml": plan() for n in range(299)},
        "plans/plan-299.yaml": plan(title="Drop everything", risk="high", emergency="INC-1"),
    }, 0, ("Drop everything",), ("Drop everything", "EMERGENCY", "high risk")),
    Hostile("ids that are the same to some file systems", {"plans/a/x.yaml": PLAN, "plans/b/X.yaml": PLAN, "plans/c/x.yml": PLAN},
            3, ("CHG150",)),
    Hostile("modules that Python could import instead of ours", {
        **dict.fromkeys(IMPORTED, f"open({CANARY!r}, 'w')\n"), PATH: PLAN,
    }, checked_out=True),
)  # fmt: skip

TEXTS = (
    "::error file=x::y", "::stop-commands::x\n::set-env name=PATH::/tmp", "##[add-matcher]/tmp/x.json", "::add-mask::a",
    "</details><h1>approved</h1>", "@everyone please approve #1 !2 ~bug %1 &3 $4", "```\n\n# approved\n\n```",
    FAKE_MARK + "\n" + FAKE_MARK, "[click](https://evil.example) www.evil.example https://evil.example",
    "\n/approve\n/merge\n", "EOF\nGITHUB_TOKEN=x\nEOF", "${{ secrets.TOKEN }}", "<!-- --><img src=x onerror=alert(1)>",
    "-->", "`; touch x; `",
)  # fmt: skip

WORDS = (
    *(Hostile(f"text {number}: {text[:20]!r}", {PATH: said(text), "plans/wrong.yaml": f"plan: 1\n{json.dumps(text)}: 1\n"}, 3)
      for number, text in enumerate(TEXTS)),
    Hostile("a test that is a command", {
        PATH: plan(test={"before": [{"command": ["touch", CANARY]}], "after": [{"command": f"touch {CANARY}"}]}),
    }, preview=True, status=4, shows=("ends with 0",)),
    Hostile("a test that asks them", {PATH: plan(test={"before": [{"http": f"{ATTACKER}/x"}], "after": [{"http": ATTACKER}]})},
            preview=True, status=4),
    Hostile("a step that runs something", {PATH: plan(steps=[{"name": "x", "run": f"touch {CANARY}"}])}, 3),
    Hostile("a secret of the runner by its name", {PATH: plan(steps=[{
        "name": "x",
        "call": "ssm.put_parameter",
        "with": {"Name": "/x", "Value": {"$secret": "GITHUB_TOKEN"}, "Type": "String"},
    }])}, preview=True, status=4, never=("ghp_0123",)),
    Hostile("an emergency that nobody declared", {PATH: plan(emergency="INC-1")}, 0, (),
            ("EMERGENCY", "somebody else reviews it")),
)  # fmt: skip

REQUESTS = (*LINKS, *GIT, *CONFIGURATION, *FILES, *WORDS)
