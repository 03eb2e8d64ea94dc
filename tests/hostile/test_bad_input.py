"""Bad input and bad surroundings: a sentence and a status, nothing changed in AWS, nothing lost, nothing executed."""

import json
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT

from changectl.model.status import Status
from tests.hostile.place import CHANGE, COMMAND, Ended, Place, git

# Surroundings


def no_credentials(place: Place) -> None:
    place.configure(place.configuration().replace("false", "true"))  # an emulator of the sandbox needs none
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        place.patch.delenv(name)


def another_account(place: Place) -> None:
    place.configure(place.configuration(account="999999999999"))


def nobody_answers(place: Place) -> None:
    place.configure(place.configuration(endpoint="http://127.0.0.1:9"))


def endpoint_for_production(place: Place) -> None:
    place.configure(place.configuration().replace("false", "true").replace("endpoint", "# endpoint"))
    place.patch.setenv("AWS_ENDPOINT_URL", place.endpoint)


def not_confirmed(place: Place) -> None:
    place.configure(place.configuration().replace("false", "true"))


def another_region(place: Place) -> None:
    place.plan(region="us-east-1")


def another_env(place: Place) -> None:
    place.plan(env="nowhere")


def remote_is_gone(place: Place) -> None:
    shutil.rmtree(place.bare)


def nobody(place: Place) -> None:
    git(place.clone, "config", "--unset", "user.name")
    git(place.clone, "config", "--unset", "user.email")


def no_repository(place: Place) -> None:
    shutil.rmtree(place.clone / ".git")


def no_configuration(place: Place) -> None:
    (place.clone / "changectl.toml").unlink()


def broken_configuration(place: Place) -> None:
    (place.clone / "changectl.toml").write_text("[env.sandbox\n\x1b[31maccount = '")


def broken_plan(place: Place) -> None:
    (place.clone / "plans" / f"{CHANGE}.yaml").write_text("plan: [1")


def state_below_a_file(place: Place) -> None:
    (place.folder / "file").write_text("")
    place.patch.setenv("XDG_STATE_HOME", str(place.folder / "file"))


def state_on_a_device_without_room(place: Place) -> None:
    folder = Path(os.environ["XDG_STATE_HOME"], "changectl")
    folder.mkdir(parents=True)
    (folder / "repositories").symlink_to("/dev/full")


def register_rewritten(place: Place) -> None:
    place.plan("earlier", steps=[{"name": "x", "set": "table/bookings", "change": {"tags": {"add": {"A": "b"}}}}])
    assert place.type("apply", "earlier").status == 0
    place.dynamodb.untag_resource(ResourceArn=place.production()[0]["TableArn"], TagKeys=["A"])
    main = git(place.bare, "rev-parse", "main")
    git(place.bare, "update-ref", "refs/heads/changectl/register", main)


SURROUNDINGS: list[tuple[Callable[[Place], None], Status, str]] = [
    (no_credentials, Status.AWS_REFUSED, "credentials"),
    (another_account, Status.AWS_REFUSED, f"signed in to account {ACCOUNT}"),
    (nobody_answers, Status.AWS_REFUSED, "127.0.0.1:9"),
    (endpoint_for_production, Status.GATE_REFUSED, "AWS_ENDPOINT_URL is set"),
    (not_confirmed, Status.GATE_REFUSED, "was not confirmed"),
    (another_region, Status.GATE_REFUSED, "region us-east-1 is not one of"),
    (another_env, Status.PLAN_WRONG, "has no env nowhere"),
    (remote_is_gone, Status.GATE_REFUSED, "origin could not be read"),
    (nobody, Status.PLAN_WRONG, "git does not know who you are"),
    (no_repository, Status.PLAN_WRONG, "is not in a git repository"),
    (no_configuration, Status.PLAN_WRONG, "there is no changectl.toml"),
    (broken_configuration, Status.PLAN_WRONG, "changectl.toml"),
    (broken_plan, Status.PLAN_WRONG, "error CHG"),
    (state_below_a_file, Status.SNAPSHOT_FAILED, "cannot be"),
    (state_on_a_device_without_room, Status.SNAPSHOT_FAILED, "cannot be"),
    (register_rewritten, Status.REGISTER_UNSOUND, "history was rewritten"),
]


@pytest.mark.parametrize(("arrange", "status", "words"), SURROUNDINGS, ids=[each[0].__name__ for each in SURROUNDINGS])
def test_bad_surroundings_are_a_sentence_and_a_status(
    place: Place, arrange: Callable[[Place], None], status: Status, words: str
) -> None:
    arrange(place)
    before = place.production()
    end = place.type("apply", CHANGE)
    assert (end.status, words in end.err, end.out) == (status, True, ""), end
    assert_harmless(place, before, end)
    document = place.type("apply", CHANGE, "--json").document
    assert (document["status"], document["production"]) == (status, "untouched")
    assert place.production() == before


def test_a_full_disk_stops_before_the_first_call_and_once_there_is_room_it_works(place: Place) -> None:
    before = place.production()
    small = (32 * 1024, 32 * 1024)
    end = place.start("apply", CHANGE, "--json", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small))
    assert (end.status, end.document["production"]) == (Status.SNAPSHOT_FAILED, "untouched"), end
    assert place.production() == before
    assert place.type("apply", CHANGE).status == 0


def test_without_a_remote_it_is_recorded_in_the_repository_itself(place: Place) -> None:
    git(place.clone, "remote", "remove", "origin")
    assert place.type("apply", CHANGE).status == 0
    assert git(place.clone, "rev-parse", "--verify", "refs/heads/changectl/register")
    assert place.type("rollback", CHANGE).status == 0


# Names

HOSTILE_IDS = [
    *("../label", "..", "a/../../b", "/etc/passwd", "x.lock", "a..b", "-rf", "--upload-pack=x", "a b", "a\nb", "a~1", "a^"),
    *("a:b", "@{-1}", "HEAD", "refs/heads/main", "$(touch canary)", "\x1b[31mred", "\u202eabc", "[/x]", "", ".", "%s%n"),
    *("a" * 5000, "é", "label.yaml.lock", "plans/../../label.yaml", "con\x07"),
]  # fmt: skip


@pytest.mark.parametrize("verb", ["check", "preview", "apply", "resume", "rollback", "show"])
def test_a_hostile_id_is_refused_in_one_sentence(place: Place, verb: str) -> None:
    for wanted in HOSTILE_IDS:
        words = {"resume": ("apply", "--resume", wanted)}.get(verb, (verb, wanted))
        end = place.type(*words)
        assert end.status in (Status.USAGE, Status.PLAN_WRONG), (wanted, end)
        assert "bug in changectl" not in end.said
        assert_plain(end)
    assert list(Path(os.environ["XDG_STATE_HOME"]).rglob("journal.jsonl")) == []


def test_a_plan_file_of_a_hostile_name_is_refused(place: Place) -> None:
    before = place.production()
    for name in ("x.lock", "-rf", "a..b", "a b", "[x]", "$(touch canary)", "é", "a;b", "x" * 129):
        place.plan(name)
        for verb in ("check", "propose", "apply"):
            end = place.type(verb, "--", f"plans/{name}.yaml")
            assert end.status in (Status.USAGE, Status.PLAN_WRONG), (name, end)
            assert_harmless(place, before, end)


# Text

ESCAPES = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\u202edesrever",
    "\x07",
    "\x1bP1;2|x\x1b\\",
    "\x00",
    "\u2066x",
]
FIELDS = ["title", "rationale", "lead", "ticket", "alternatives", "runbook", "env", "risk", "comms", "back_out"]


def test_control_characters_in_a_plan_are_refused_and_never_printed(place: Place) -> None:
    for field, escape in product(FIELDS, ESCAPES):
        place.plan(**{field: f"a{escape}b"})
        for words in (("check", CHANGE), ("check", CHANGE, "--json"), ("--color", "always", "preview", CHANGE)):
            end = place.type(*words)
            assert end.status == Status.PLAN_WRONG, end
            assert_plain(end, coloured=words[0] == "--color")


def test_markup_is_text_in_every_verb(place: Place) -> None:
    odd = "[/x] [red]a[/red] :smile: \\[b] %s {0}"
    step = {"name": odd, "set": "table/bookings", "change": {"tags": {"add": {"Note": odd}}}}
    place.plan(title=odd, rationale=odd, lead=odd, ticket=odd, comms=odd, steps=[{**step, "id": "label"}])
    verbs = [["check", CHANGE], ["preview", CHANGE], ["propose", CHANGE], ["status"], ["apply", CHANGE]]
    for words in [*verbs, ["log"], ["show", CHANGE], ["show", CHANGE, "--detail"], ["rollback", CHANGE]]:
        end = place.type("--color", "always", *words)
        assert end.status == 0, end
        assert words[0] in ("check", "rollback", "apply") or "[/x]" in end.said
        assert_plain(end, coloured=True)


def test_what_aws_holds_is_never_printed_raw(place: Place) -> None:
    odd = "a\x1b[2Jb\x9b31mc\u202ed[/x]\x07e\r\nf"
    place.tag(Note=odd, **{"\x1b[31m": "key"})
    change = {"tags": {"remove": ["Note", "Team"]}}
    place.plan(steps=[{"name": "label", "set": "table/bookings", "change": change}])
    for words in (["preview"], ["propose"], ["apply"], ["show"], ["show", "--detail"], ["rollback"]):
        for manner in ([], ["--json"]) if words[0] in ("preview", "show") else ([],):
            end = place.type("--color", "always", words[0], CHANGE, *words[1:], *manner)
            assert end.status == 0, end
            assert_plain(end, coloured=not manner)
    assert place.production()[1] == {"Team": "rentals", "Note": odd, "\x1b[31m": "key"}
    assert "\x1b" not in git(place.bare, "log", "--format=%B%an", "-p", "changectl/register")


def test_a_git_identity_with_escapes_is_never_printed_raw(place: Place) -> None:
    git(place.clone, "config", "user.name", "Ana \x1b[31m[/x]\u202e")
    assert place.type("apply", CHANGE).status == 0
    for words in (["log"], ["show", CHANGE], ["status"], ["log", "--json"]):
        assert_plain(place.type(*words))


# Nothing is run

RUN_ME = [
    "; touch {0}",
    "$(touch {0})",
    "`touch {0}`",
    "| touch {0}",
    "&& touch {0}",
    "\n touch {0}",
    "> {0}",
    "${{IFS}}touch{0}",
]


@pytest.mark.parametrize("text", RUN_ME)
def test_no_text_of_a_plan_is_given_to_a_shell(place: Place, text: str) -> None:
    words = text.format(place.canary)
    step = {"name": "x" + words.replace("\n", " "), "id": "x", "set": "table/bookings"}
    checks: list[Any] = [
        {"command": ["echo", words]},
        {"command": f"echo '{words}'"},
        {"http": f"http://127.0.0.1:9/{words.strip()}", "expect": 200},
    ]
    for check in checks:
        place.plan(
            title=words.strip().replace("\n", " "),
            steps=[{**step, "change": {"tags": {"add": {"Note": words.strip()}}}}],
            test=[check],
        )
        end = place.type("apply", CHANGE)
        assert "bug in changectl" not in end.said, end
        assert end.status in (Status.DONE, Status.ROLLED_BACK, Status.PLAN_WRONG), end
        place.type("rollback", CHANGE)
    assert not place.canary.exists()


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch {0}",
        "ext::sh -c touch% {0}",
        "-oProxyCommand=touch {0}",
        "ssh://-oProxyCommand=touch%20{0}/x",
        "$(touch {0})",
        "file:///nowhere;touch {0}",
    ],
)
def test_a_hostile_remote_runs_nothing(place: Place, url: str) -> None:
    before = place.production()
    git(place.clone, "config", "remote.origin.url", url.format(place.canary))
    end = place.type("apply", CHANGE)
    assert end.status == Status.GATE_REFUSED, end
    assert_harmless(place, before, end)


@pytest.mark.parametrize("name", ["--upload-pack=touch canary", "--upload-pack", "a b", "../x", "$(touch canary)"])
def test_a_remote_of_a_hostile_name_runs_nothing(place: Place, name: str) -> None:
    config = place.clone / ".git" / "config"
    config.write_text(config.read_text().replace('"origin"', f'"{name}"'))
    end = place.type("apply", CHANGE)
    assert end.status in (Status.DONE, Status.GATE_REFUSED), end  # git takes some of them for names
    assert_plain(end)
    assert [path.name for path in place.clone.iterdir() if path.name == "canary"] == []


def test_a_hostile_default_branch_runs_nothing(place: Place) -> None:
    branch = "$(touch${IFS}canary)"
    git(place.bare, "branch", "-m", "main", branch)
    git(place.bare, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    git(place.clone, "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    (place.clone / "changectl.toml").write_text(place.configuration().replace("false", "true"))
    end = place.type("propose", CHANGE)
    assert "bug in changectl" not in end.said, end
    assert end.status in (0, Status.PLAN_WRONG), end
    assert not (place.clone / "canary").exists()
    assert not (place.bare / "canary").exists()


# Size


@pytest.mark.parametrize("value", ["x" * 300_000, "[" * 50_000, '{"a":' * 20_000], ids=["long", "deep", "deep maps"])
def test_a_plan_too_large_is_refused_soon(place: Place, value: str) -> None:
    (place.clone / "plans" / f"{CHANGE}.yaml").write_text(f"title: {value}")
    end = place.type("apply", CHANGE)
    assert (end.status, "bug" in end.said) == (Status.PLAN_WRONG, False)
    assert len(end.said) < 20_000


# Where it is typed


def test_nobody_reads_on(place: Place) -> None:
    assert place.type("apply", CHANGE).status == 0
    for words in (["log"], ["show", CHANGE, "--json"], ["--help"]):
        process = subprocess.Popen([COMMAND, *words], cwd=place.clone, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert (process.wait(30), process.stderr.read()) == (0, b""), words
        process.stderr.close()


def test_without_stdout_or_stderr_a_change_is_carried_on(place: Place) -> None:
    closed = place.start("apply", CHANGE, capture_output=False, preexec_fn=lambda: (os.close(1), os.close(2)))
    assert closed.status == 0
    assert place.production()[1]["Trial"] == "yes"
    full = Path("/dev/full").open("wb")  # noqa: SIM115
    with full:
        place.start("rollback", CHANGE, capture_output=False, stdout=full, stderr=full)
    assert "Trial" not in place.production()[1]


@pytest.mark.parametrize(
    "surroundings",
    [
        {"NO_COLOR": "1"},
        {"TERM": "dumb"},
        {"COLUMNS": "40"},
        {"COLUMNS": "0"},
        {"COLUMNS": "x"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=lambda s: next(iter(s)) + "=" + next(iter(s.values())),
)
def test_it_speaks_on_any_terminal(place: Place, surroundings: dict[str, str]) -> None:
    place.plan(title="Längere Bezahlvorgänge für 独角兽")
    env = {**os.environ, **surroundings}
    for words in (["preview", CHANGE], ["preview", CHANGE, "--json"]):
        end = place.start(*words, env=env)
        assert end.status == 0, end
        assert_plain(end)
        if "--json" in words:
            assert json.loads(end.out)


# What must hold of every end


def assert_harmless(place: Place, before: Any, end: Ended) -> None:
    assert place.production() == before
    assert "bug in changectl" not in end.said
    assert not place.canary.exists()
    assert_plain(end)


def assert_plain(end: Ended, *, coloured: bool = False) -> None:
    """No control character reaches the terminal; of escapes only our own colours, where they are wanted."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", end.said) if coloured else end.said
    bad = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", said)
    assert bad == [], (bad, end)
