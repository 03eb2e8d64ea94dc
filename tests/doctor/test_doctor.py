"""`changectl doctor` as it is typed: one line a thing, what to type below it, a status for scripts, and never a traceback."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from changectl.cli.health.examine import Examination, examined
from changectl.cli.main import run
from changectl.errors import RemoteNeeded
from changectl.model.diagnosis import Diagnosis, Health, missing, ok, overall, unknown
from changectl.model.status import Status
from changectl.views.doctor import doctor_page
from changectl.views.page import plain_lines
from tests.doctor.fake_aws import FakeAws
from tests.doctor.place import CONFIGURATION, Place, git
from tests.doctor.test_forge import CLASSIC
from tests.forges.fake_github import FakeGitHub


class Typed:
    """What a command line wrote, and how it ended."""

    def __init__(self, captured: pytest.CaptureFixture[str], *words: str) -> None:
        captured.readouterr()
        self.status = run(["doctor", *words])
        self.out, self.err = captured.readouterr()

    def states(self) -> dict[str, str]:
        """Each thing's state, from the JSON document."""
        return {each["name"]: each["state"] for each in json.loads(self.out)["found"]}


@pytest.fixture
def whole(place: Place, aws: FakeAws) -> Place:
    """A place that lacks nothing, AWS included."""
    place.agree({"changectl.toml": f'{CONFIGURATION}endpoint = "{aws.endpoint}"\n'})
    git(place.clone, "remote", "set-head", "origin", "main")
    return place


def test_where_nothing_is_missing_it_says_so_and_ends_with_0(whole: Place, capsys: Any) -> None:
    typed = Typed(capsys)
    assert (typed.status, typed.err) == (0, "")
    lines = typed.out.splitlines()
    assert lines[-1] == "Nothing is missing; 1 could not be looked at."
    assert [line.partition("  ")[0] for line in lines if line and not line.startswith(" ")][:-1].count("missing") == 0
    assert (
        "unknown  custom refs: nobody has tried yet whether the host takes refs below refs/changectl/, which locks are"
        in lines
    )
    assert "         changectl doctor --write makes two refs, and removes them" in lines


def test_with_write_nothing_is_left_unknown_and_nothing_is_left_behind(whole: Place, capsys: Any) -> None:
    before = whole.refs()
    typed = Typed(capsys, "--write", "--json")
    assert typed.status == 0
    assert set(typed.states().values()) == {"ok"}
    assert list(typed.states()) == [
        "git", "state folder", "disk", "completion", "ssh-keygen", "plans", "channels", "changectl.toml", "identity",
        "remote", "push", "custom refs", "register", "records", "agreed rules", "allowed signers", "prod credentials",
        "prod account", "prod clock", "prod ap-southeast-2", "prod read role",
    ]  # fmt: skip
    assert whole.refs() == before


def test_looking_leaves_no_trace_in_the_repository(whole: Place, capsys: Any) -> None:
    Typed(capsys)
    status = git(whole.clone, "status", "--porcelain")
    refs = git(whole.clone, "for-each-ref", "--format=%(refname)").split()
    seen = "refs/changectl/remotes/origin/HEAD"  # what was fetched last, as refs/remotes/ is
    assert (status, refs) == ("", [seen, "refs/heads/main", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"])


@pytest.mark.parametrize(
    ("breaks", "status", "lacking"),
    [
        ("rules", 3, {"changectl.toml"}),
        ("agreement", 3, {"agreed rules"}),
        ("account", 4, {"prod account"}),
        ("remote", 5, {"remote"}),
        ("signers", 3, {"allowed signers"}),
        ("state", 5, {"state folder"}),
    ],
)
def test_the_status_says_what_sort_of_thing_is_missing(
    whole: Place, aws: FakeAws, home: Path, capsys: Any, breaks: str, status: int, lacking: set[str]
) -> None:
    match breaks:
        case "rules":
            (whole.clone / "changectl.toml").write_text("[env.prod\n")
        case "agreement":
            content = (whole.clone / "changectl.toml").read_text()
            whole.agree({"changectl.toml": None})
            (whole.clone / "changectl.toml").write_text(content)
        case "account":
            aws.account = "999999999999"
        case "remote":
            whole.bare.rename(whole.folder / "unplugged.git")
        case "signers":
            whole.agree({"allowed_signers": None})
        case "state":
            folder = home / ".local" / "state" / "changectl"
            folder.mkdir(parents=True)
            folder.chmod(0o755)
    typed = Typed(capsys, "--json")
    assert typed.status == status
    assert {name for name, state in typed.states().items() if state == "missing"} == lacking
    found = json.loads(typed.out)
    assert (found["schema"], found["missing"]) == ("changectl/doctor/1", 1)
    assert all(each["mend"] for each in found["found"] if each["state"] == "missing")


def test_outside_of_everything_it_says_where_to_begin(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    typed = Typed(capsys, "--json")
    assert typed.status == 3
    lacking = [(each["name"], each["mend"]) for each in json.loads(typed.out)["found"] if each["state"] == "missing"]
    assert lacking == [
        ("changectl.toml", "changectl init"),
        ("repository", "go to the repository that holds your plans, or: git init"),
    ]


def test_a_remote_that_does_not_answer_leaves_unknown_what_hangs_on_it(whole: Place, capsys: Any) -> None:
    whole.bare.rename(whole.folder / "unplugged.git")
    states = Typed(capsys, "--json").states()
    assert {name for name, state in states.items() if state == "unknown"} == {
        "push",
        "register",
        "records",
        "agreed rules",
        "approvals",
    }
    assert states["prod credentials"] == "ok"


def test_github_is_looked_at_where_reviews_are_the_approvals(
    whole: Place, aws: FakeAws, capsys: Any, monkeypatch: Any
) -> None:
    with FakeGitHub() as github:
        github.protected.classic = CLASSIC
        monkeypatch.setenv("GH_TOKEN", github.signed_in("ana").token)
        github.person("ana", permission="admin")
        rules = f'{CONFIGURATION}endpoint = "{aws.endpoint}"\n'
        review = f'[review]\nby = "github"\nrepository = "unicorn/rentals"\napi = "{github.api}"\n'
        whole.agree({"changectl.toml": rules + review})
        typed = Typed(capsys, "--github", "--json")
    states = typed.states()
    assert [name for name in states if name.startswith("github")] == [
        "github token", "github repository", "github pull requests", "github protected branch", "github required reviews",
        "github stale reviews", "github code owners", "github last push", "github force pushes", "github workflow",
        "github owners",
    ]  # fmt: skip
    assert {states[name] for name in states if name.startswith("github")} == {"ok"}
    assert typed.status == 0


def test_one_environment_can_be_looked_at_alone(whole: Place, aws: FakeAws, capsys: Any) -> None:
    more = '[env.dev]\naccount = "999999999999"\nregions = ["us-east-1"]\nproduction = false\n'
    whole.agree({"changectl.toml": f'{CONFIGURATION}endpoint = "{aws.endpoint}"\n{more}endpoint = "{aws.endpoint}"\n'})
    assert Typed(capsys, "--env", "prod").status == 0
    assert Typed(capsys, "--env", "dev").status == 4
    typed = Typed(capsys, "--env", "staging")
    assert (typed.status, "changectl.toml has no env staging; it has dev, prod" in typed.err) == (2, True)


def test_two_forges_at_once_are_refused(whole: Place, capsys: Any) -> None:
    assert Typed(capsys, "--github", "--gitlab").status == 2


def test_a_hostile_remote_acts_on_no_terminal(whole: Place, capsys: Any) -> None:
    config = whole.clone / ".git" / "config"
    config.write_text(config.read_text().replace('[remote "origin"]', '[remote "\x1b]0;owned\x07"]'))
    git(whole.clone, "config", "user.name", "\x1b[31mAna\u202e")
    typed = Typed(capsys)
    assert typed.status != Status.BUG
    assert not set(typed.out + typed.err) & set("\x1b\x07\u202e")
    assert "Traceback" not in typed.out + typed.err


# Examinations


def told(*looks: Any, patience: float = 5.0) -> Sequence[Diagnosis]:
    return examined([Examination(f"thing {number}", look) for number, look in enumerate(looks, 1)], patience)


def test_what_hangs_is_unknown_and_hides_nothing() -> None:
    forever = threading.Event()
    found = told(lambda: (ok("a", "there"),), lambda: forever.wait() and (), lambda: (ok("c", "there"),), patience=0.2)
    forever.set()
    assert found == (ok("a", "there"), unknown("thing 2", "it took longer than 0.2 s"), ok("c", "there"))


def _refused() -> Sequence[Diagnosis]:
    raise RemoteNeeded("origin could not be read", "git ls-remote origin")


def _broken() -> Sequence[Diagnosis]:
    raise ZeroDivisionError("of ours")


def test_what_breaks_is_unknown_and_hides_nothing() -> None:
    assert told(_refused, _broken, lambda: (ok("c", "there"),)) == (
        unknown("thing 1", "origin could not be read", "git ls-remote origin"),
        unknown("thing 2", "it could not be looked at: ZeroDivisionError: of ours"),
        ok("c", "there"),
    )


def test_things_are_looked_at_side_by_side() -> None:
    both = threading.Barrier(2, timeout=5)
    look = lambda: both.wait() is not None and (ok("it", "there"),)  # noqa: E731
    assert [each.health for each in told(look, look)] == [Health.OK, Health.OK]


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ((), Status.DONE),
        ((Status.GATE_REFUSED,), Status.GATE_REFUSED),
        ((Status.GATE_REFUSED, Status.AWS_REFUSED), Status.AWS_REFUSED),
        ((Status.AWS_REFUSED, Status.PLAN_WRONG, Status.GATE_REFUSED), Status.PLAN_WRONG),
    ],
)
def test_the_configuration_comes_first_then_aws(statuses: tuple[Status, ...], wanted: Status) -> None:
    found = [missing("x", "is not there", "get it", status) for status in statuses]
    assert overall([ok("a", "there"), unknown("b", "unseen"), *found]) is wanted


def test_a_page_has_a_line_a_thing_and_the_command_below() -> None:
    found = (
        ok("git", "2.39.5"),
        missing("remote", "there is none", "git remote add origin URL"),
        unknown("x", "unseen"),
    )
    assert list(plain_lines(doctor_page(found))) == [
        "ok       git: 2.39.5",
        "missing  remote: there is none",
        "         git remote add origin URL",
        "unknown  x: unseen",
        "",
        "1 is missing; 1 could not be looked at.",
    ]
