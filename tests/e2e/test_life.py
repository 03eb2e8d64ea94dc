"""Every verb through the life of a change."""

import json
import re

from emulators import ACCOUNT, REGION

from tests.e2e import aws
from tests.e2e.team import Ran, Team, plan

CHANGE = "2026-11-23-protect-bookings"
PROTECT = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: {from: null, to: true}}
"""


def test_a_change_lives_from_its_plan_to_its_rollback_and_everybody_reads_the_same_story(team: Team) -> None:
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    ana, ben = team.ana, team.ben
    ana.writes(CHANGE, plan(PROTECT, risk="medium"))
    head = ana.git("rev-parse", "HEAD"), ana.git("status", "--porcelain")

    checked = ana.types("check")
    previewed = ana.types("preview", CHANGE)
    ana.applies(CHANGE, status=5)
    proposed = ana.types("propose", CHANGE)
    assert (ana.git("rev-parse", "HEAD"), ana.git("status", "--porcelain")) == head
    assert team.locks() == {}
    own = ana.types("approve", CHANGE, status=5)
    ben.fetches(CHANGE)
    approved = ben.types("approve", CHANGE)
    waiting = ben.types("status")
    unconfirmed = ana.types("apply", CHANGE, status=5)
    assert aws.table_now(team.emulator) == before

    applied = ana.applies(CHANGE)
    assert aws.table_now(team.emulator) == {**before, "protection": True}
    assert team.locks() == {}
    again = ana.applies(CHANGE, status=5)
    rolled_back = ana.types("rollback", CHANGE, "--why", "it was not needed")
    assert aws.table_now(team.emulator) == before
    assert team.locks() == {}
    quiet = ben.types("status")

    assert "1 plan checked, none wrong." in checked.out
    assert "table/bookings protection\n    + true" in previewed.out
    assert "it needs 1 approval" in proposed.out
    assert "whoever wrote a plan does not approve it" in own.err
    assert "Approved by Ben <ben@example.com>" in approved.out
    assert CHANGE in waiting.out
    assert f"changectl apply {CHANGE}" in waiting.out
    assert "--confirm prod" in unconfirmed.err
    assert "Production is as intended" in applied.out
    assert f"{CHANGE} is applied already" in again.err
    assert "Production is as before" in rolled_back.out
    assert quiet.out == "No change is open.\n"

    eve = team.person("eve")
    assert "rolled-back" in eve.types("log", "--fetch").out
    told, tells = (person.types("show", CHANGE, "--fetch") for person in (eve, ana))
    assert told.out == tells.out
    for words in ("proposed: plan", "approved by Ben", "rolling back as Ana", "it was not needed", "as before"):
        assert words in told.out
    for ran in (checked, previewed, proposed, approved, waiting, applied, rolled_back, told):
        _plain(ran)


def test_each_verb_gives_one_document_with_its_schema(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    ana, ben = team.ana, team.ben
    ana.writes(CHANGE, plan(PROTECT, risk="medium"))

    asked = {
        "check/1": ana.types("check", "--json"),
        "preview/1": ana.types("preview", CHANGE, "--json"),
        "error/1": ana.applies(CHANGE, "--json", status=5),
        "propose": ana.types("propose", CHANGE, "--json"),
    }
    ben.fetches(CHANGE)
    asked["approved/1"] = ben.types("approve", CHANGE, "--json")
    asked["status/1"] = ana.types("status", "--json")
    asked["ending/1"] = ana.applies(CHANGE, "--json")
    asked["back"] = ana.types("rollback", CHANGE, "--json")
    asked["log/1"] = ben.types("log", "--fetch", "--json")
    asked["show/1"] = ben.types("show", CHANGE, "--json")

    said = {name: ran.document["schema"] for name, ran in asked.items()}
    wanted = {name: f"changectl/{name}" for name in asked}
    assert said == {**wanted, "propose": "changectl/preview/1", "back": "changectl/ending/1"}
    for ran in asked.values():
        assert ran.out == json.dumps(ran.document, indent=2, ensure_ascii=False) + "\n"
    ends = [(asked[name].document["outcome"], asked[name].document["production"]) for name in ("ending/1", "back")]
    assert ends == [("applied", "as-intended"), ("rolled-back", "as-before")]
    facts = asked["error/1"].document
    assert (facts["status"], facts["production"]) == (5, "untouched")


def test_init_makes_what_check_accepts_and_overwrites_nothing(moto_team: Team) -> None:
    ana = moto_team.ana
    (ana.folder / "new").mkdir()
    said = ana.types("init", "new", "--account", ACCOUNT, "--region", REGION, "--json").document

    assert said == {"schema": "changectl/init/1", "wrote": ["new/changectl.toml"]}
    kept = (ana.folder / "new" / "changectl.toml").read_bytes()
    assert ana.types("init", "new", "--account", ACCOUNT, "--region", REGION, status=3).out == ""
    assert (ana.folder / "new" / "changectl.toml").read_bytes() == kept
    (ana.folder / "changectl.toml").write_bytes(kept)
    ana.types("check")


def test_every_mistake_in_a_plan_is_3_with_its_place_and_nothing_is_asked_of_aws(moto_team: Team) -> None:
    ana = moto_team.ana
    ana.writes(CHANGE, plan(PROTECT).replace("protection", "protecton").replace("risk: low", "risk: lo"))

    for verb in ("check", "preview", "propose", "approve", "apply"):
        ran = ana.types(verb, CHANGE, status=3)
        assert {f"{CHANGE}.yaml:4:7", f"{CHANGE}.yaml:10:14"} <= set(re.findall(rf"{CHANGE}\.yaml:\d+:\d+", ran.said))


def test_a_test_that_is_red_before_refuses_and_leaves_no_trace(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT, test='before: [{command: ["false"]}]'))

    ended = team.ana.applies(CHANGE, "--json", status=5).document

    assert (ended["outcome"], ended["production"]) == ("refused", "untouched")
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


def test_another_account_or_no_credentials_or_no_answer_is_4(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT))
    configuration = (team.ana.folder / "changectl.toml").read_text()

    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    assert "Production is untouched." in team.ana.applies(CHANGE, status=4, env=nobody).err
    team.ana.folder.joinpath("changectl.toml").write_text(configuration.replace(ACCOUNT, "210987654321"))
    assert "210987654321" in team.ana.types("preview", CHANGE, status=4).err
    away = configuration.replace(team.emulator.endpoint, "http://127.0.0.1:9")
    team.ana.folder.joinpath("changectl.toml").write_text(away)
    team.ana.types("preview", CHANGE, status=4)

    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


def _plain(ran: Ran) -> None:
    """No escape codes; and a sentence that is longer than the 40 columns of COLUMNS stays a line."""
    assert "\x1b" not in ran.said
    assert any(len(line) > 40 for line in ran.said.splitlines()), ran.said
