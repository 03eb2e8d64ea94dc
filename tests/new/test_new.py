"""`changectl new`: a plan that lacks nothing but what only a person knows; nothing that exists is touched."""

import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from new.conftest import Desk

from changectl.cli.authoring import files
from changectl.cli.authoring.schemas import of_plans, schema_text
from changectl.errors import WrongUsage
from changectl.planfile.draft import MODELINE, SCHEMA

ANSWERS = (
    ("<why, and why now>", "Checkouts that take longer than this are cut off, three times this week (INC-42)."),
    ("<who should know>", "The stables, and whoever is on call"),
    ("<what they may notice, and when>", "Checkouts may take longer from today on."),
    ("<an alarm that goes off when customers suffer>", "rentals-5xx"),
)


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("title", "affects", "gaps", "differs"),
    [
        (
            "Give checkout 45 s",
            "parameter/rentals/checkout/timeout",
            (("<new value>", '"45"'),),
            ["parameter/rentals/checkout/timeout value Value", "- 30", "+ 45"],
        ),
        (
            "Let the Napier office in",
            "security-group/web:ingress",
            (
                ("<port>", "22"),
                ("<network such as 203.0.113.0/24>", "192.0.2.0/24"),
                ("<whose>", "Napier office"),
            ),
            ["security-group/web ingress tcp 22 192.0.2.0/24", '+ {"Description": "Napier office"}'],
        ),
        (
            "Raise the rentals load balancer's idle timeout to 120 s",
            "load-balancer/rentals:attributes.idle_timeout.timeout_seconds",
            (("<new value>", '"120"'),),
            ["load-balancer/rentals attributes idle_timeout.timeout_seconds", "- 60", "+ 120"],
        ),
        (
            "Protect the bookings from being deleted",
            "table/bookings:protection",
            (("<new value>", "true"),),
            ["table/bookings protection", "+ true"],
        ),
    ],
)
def test_a_plan_is_written_in_one_command_and_a_few_words(
    rentals: Desk, title: str, affects: str, gaps: tuple[tuple[str, str], ...], differs: list[str]
) -> None:
    ended = rentals.types("new", title, "--affects", affects, "--id", "mine")
    many = len(ANSWERS) + len(gaps)
    assert ended.err == ""
    assert ended.out == (
        f"Wrote plans/mine.yaml and {SCHEMA}.\n{many} places marked <…> to be filled in.\nNext: changectl check mine\n"
    )
    assert ended.status == 0
    rentals.fills("mine", *ANSWERS, *gaps)
    checked = rentals.types("check", "mine", "--json")
    assert checked.status == 0
    assert [plan["complaints"] for plan in checked.document["plans"]] == [[]]
    previewed = rentals.types("preview", "mine")
    assert previewed.status == 0
    assert all(line in [each.strip() for each in previewed.out.split("\n")] for line in differs), previewed.out


def test_what_is_written_says_what_a_plan_needs_and_marks_what_only_a_person_knows(desk: Desk) -> None:
    ended = desk.types("new", "Move the stables")
    plan = f"{today()}-move-the-stables"
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == (
        f"Wrote plans/{plan}.yaml and {SCHEMA}.\n7 places marked <…> to be filled in.\nNext: changectl check {plan}\n"
    )
    text = desk.reads(plan)
    assert text.startswith(f"{MODELINE}\nplan: 1\ntitle: Move the stables\n")
    assert "env: sandbox\n" in text
    assert "lead: Ana Rangi\n" in text
    checked = desk.types("check", plan, "--json").document["plans"][0]["complaints"]
    assert {(each["rule"], text.split("\n")[each["line"] - 1][each["column"] - 1]) for each in checked} == {
        ("CHG117", "<")
    }
    assert (desk.root / SCHEMA).read_text() == schema_text(of_plans())
    assert desk.files() == [SCHEMA, "changectl.toml", f"plans/{plan}.yaml"]


def test_the_first_line_leads_an_editor_from_the_plan_to_the_schema(desk: Desk) -> None:
    desk.types("new", "x", "--id", "x")
    first = desk.reads("x").split("\n")[0]
    relative = first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((desk.root / "plans" / relative).read_text())["title"] == "A plan of changectl"


def test_it_answers_with_one_document_too(desk: Desk) -> None:
    ended = desk.types("new", "Move the stables", "--id", "stables", "--json")
    document = ended.document
    assert {name: document[name] for name in ("schema", "id", "path", "wrote", "notes")} == {
        "schema": "changectl/new/1",
        "id": "stables",
        "path": "plans/stables.yaml",
        "wrote": ["plans/stables.yaml", SCHEMA],
        "notes": [],
    }
    assert {each["rule"] for each in document["complaints"]} == {"CHG117"}


def test_an_emergency_names_its_incident_and_checks_as_one(desk: Desk) -> None:
    desk.types("new", "Close SSH", "--emergency", "INC-4831", "--id", "ssh")
    assert "\nemergency: INC-4831\n" in desk.reads("ssh")
    assert desk.types("new", "x", "--emergency", "INC\n1").status == 2


@pytest.mark.parametrize(
    ("title", "plan"),
    [
        ("Raise the timeout: 60 → 120 s!", "raise-the-timeout-60-120-s"),
        ("厩舎を移す", "change"),
        ("x" * 90, "x" * 40),
        ("Let everybody who works in the Wellington office in", "let-everybody-who-works-in-the"),
        ("Größe & Straße", "grosse-strasse"),
        ("../../etc/passwd", "etc-passwd"),
        ("$(touch x); `id`", "touch-x-id"),
    ],
)
def test_the_id_is_short_and_plain_whatever_the_title(desk: Desk, title: str, plan: str) -> None:
    assert desk.types("new", title, "--json").document["id"] == f"{today()}-{plan}"
    text = desk.reads(f"{today()}-{plan}")
    assert f"\ntitle: {title}\n" in text or f"\ntitle: {json.dumps(title, ensure_ascii=False)}\n" in text


@pytest.mark.parametrize("title", ["Raise the balancer's timeout", "Raise the balancer\u2019s timeout"])
def test_an_apostrophe_leaves_no_hole_in_an_id(desk: Desk, title: str) -> None:
    assert desk.types("new", title, "--json").document["id"] == f"{today()}-raise-the-balancers-timeout"


def test_a_second_plan_of_a_title_gets_an_id_of_its_own(desk: Desk) -> None:
    ids = [desk.types("new", "Move it", "--json").document["id"] for _ in range(3)]
    assert ids == [f"{today()}-move-it", f"{today()}-move-it-2", f"{today()}-move-it-3"]


def test_an_id_that_is_taken_is_refused_and_the_plan_is_as_it_was(desk: Desk) -> None:
    path = desk.writes("mine", "plan: 1\n")
    ended = desk.types("new", "Mine", "--id", "mine")
    assert (ended.status, path.read_text()) == (2, "plan: 1\n")
    assert "there is a change mine already" in ended.err
    deep = desk.root / "plans" / "2026" / "deep.yaml"
    deep.parent.mkdir()
    deep.write_text("plan: 1\n")
    assert desk.types("new", "Deep", "--id", "deep").status == 2
    assert desk.files() == ["changectl.toml", "plans/2026/deep.yaml", "plans/mine.yaml"]


def test_what_comes_between_the_look_and_the_writing_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("somebody's")
    with pytest.raises(WrongUsage, match="exists already"):
        files.create(path, "ours")
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "nowhere.yaml")
    with pytest.raises(WrongUsage, match="exists already"):
        files.create(link, "ours")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.yaml", "mine.yaml"]
    assert path.read_text() == "somebody's"


def test_ctrl_c_while_it_is_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("fsync", "link"):
        monkeypatch.setattr(os, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            files.create(tmp_path / "plans" / "mine.yaml", "ours")
        monkeypatch.undo()
    assert list((tmp_path / "plans").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "a title is missing"),
        (["x", "--id", "No!"], "'No!' cannot be a change's id"),
        (["x", "--id", "../x"], "cannot be a change's id"),
        (["a\nb"], "the title cannot be used: one line of text is wanted"),
        (["\u202ex"], "the title cannot be used: the text has a hidden character"),
        (["x" * 501], "the title cannot be used: the text has 501 characters"),
        (["   "], "the title cannot be used: the text is empty"),
        (["x", "--like", "a", "--undo", "b"], "choose one"),
        (["x", "--template", "help"], "aws-call, load-balancer, parameter, plan, security-group-rule, table"),
        (["x", "--template", "../../x"], "there is no template ../../x"),
        (["x", "--like", "nothing"], 'there is no plan "nothing"'),
        (["x", "--undo", "nothing"], "nothing is recorded of nothing"),
        (["x", "--affects", "security-group"], '"security-group" is no resource'),
        (["x", "--affects", "security-group/web"], "127.0.0.1"),
    ],
)
def test_what_cannot_be_done_is_refused_and_writes_nothing(desk: Desk, words: list[str], said: str) -> None:
    ended = desk.types("new", *words)
    assert said in ended.err
    assert ended.status in (2, 4)
    assert desk.files() == ["changectl.toml"]


def test_without_a_configuration_it_says_how_to_get_one(desk: Desk) -> None:
    (desk.root / "changectl.toml").unlink()
    ended = desk.types("new", "x")
    assert (ended.status, "changectl init" in ended.err, desk.files()) == (3, True, [])


def test_of_several_envs_one_is_named(desk: Desk) -> None:
    desk.configures('[env.prod]\naccount = "123456789012"\nregions = ["us-east-1"]\n')
    ended = desk.types("new", "x")
    assert (ended.status, "which env? changectl.toml has prod, sandbox" in ended.err) == (2, True)
    assert desk.types("new", "x", "--env", "prod", "--id", "x").status == 0
    assert "\nenv: prod\n" in desk.reads("x")
    assert desk.types("new", "x", "--env", "pord").status == 3


@pytest.mark.parametrize(
    ("people", "lead"), [("ana", "ana"), ("Ana Rangi", "Ana Rangi"), ("ben", "<the one person who drives it>")]
)
def test_the_lead_is_whoever_types_if_the_team_has_such_a_person(desk: Desk, people: str, lead: str) -> None:
    desk.configures(f'[team]\npeople = ["{people}"]\n')
    desk.types("new", "x", "--id", "x")
    assert f"\nlead: {lead}\n" in desk.reads("x")


def test_a_template_of_the_team_is_taken_with_its_comments(desk: Desk) -> None:
    own = desk.root / ".changectl" / "templates" / "queue.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("plan: 1\n# Ask the stables first.\ntitle: <x>\nenv: <y>\nsteps: []\n")
    assert desk.types("new", "Add a queue", "--template", "queue", "--id", "queue").status == 0
    assert desk.reads("queue") == (
        f"{MODELINE}\nplan: 1\n# Ask the stables first.\ntitle: Add a queue\nenv: sandbox\nlead: Ana Rangi\nsteps: []\n"
    )
    own.write_bytes(b"\xff\xfe")
    assert desk.types("new", "Add a queue", "--template", "queue").status == 2


def test_the_schema_is_kept_up_to_date_and_a_newer_one_stays(desk: Desk) -> None:
    path = desk.root / SCHEMA
    path.parent.mkdir()
    for there, stays in (
        ('{"$comment": "changectl 0.0.9"}', False),
        ("no JSON", False),
        ('{"$comment": "changectl 99.1"}', True),
    ):
        path.write_text(there)
        wrote = desk.types("new", "x", "--json").document["wrote"]
        assert (len(wrote) == 1, path.read_text() == there) == (stays, stays)


def test_a_schema_that_cannot_be_written_is_no_fault_of_the_plan(desk: Desk) -> None:
    (desk.root / ".changectl").write_text("a file")
    ended = desk.types("new", "x", "--id", "x")
    assert (ended.status, desk.files()) == (0, [".changectl", "changectl.toml", "plans/x.yaml"])
    assert "plan.schema.json cannot be written" in ended.err


def test_where_a_file_stands_in_the_place_of_the_folder_it_says_so(desk: Desk) -> None:
    (desk.root / "plans").write_text("a file")
    ended = desk.types("new", "x", "--id", "x")
    assert ended.status == 2
    assert "x.yaml cannot be written" in ended.err
    assert desk.files() == ["changectl.toml", "plans"]


def test_a_full_disk_leaves_nothing_half_written(desk: Desk) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "changectl", "new", "x", "--id", "x"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ended.returncode == 2
    assert "x.yaml cannot be written: File too large" in ended.stderr
    assert desk.files() == ["changectl.toml"]
