"""`changectl ci`: what it finds, says, and ends with; on real git, and an emulator where production is read."""

import json
from pathlib import Path

import pytest
from emulators import ACCOUNT, REGION, Emulator

from changectl.cli.memory import memory
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.resource import FacetRef, Ref
from tests.ci.branches import git
from tests.ci.conftest import CONFIGURATION, NOWHERE, PLAN, Place, Request

ID = "2026-11-24-timeout"
PATH = f"plans/{ID}.yaml"


@pytest.fixture
def signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


def attributes(endpoint: str) -> FacetRef:
    """The setting that the plan changes."""
    elbv2 = Emulator("moto", endpoint).client("elbv2")
    arn = elbv2.describe_load_balancers(Names=["rentals"])["LoadBalancers"][0]["LoadBalancerArn"]
    return FacetRef(Ref("load-balancer", (arn,), REGION), "attributes")


def proposed(facet: FacetRef, env: str = "prod", title: str = "Lower it") -> e.Proposed:
    """Somebody wanted to change that."""
    digests = ("sha256:" + "1" * 64, "sha256:" + "2" * 64)
    seen = (e.Seen(facet, "sha256:" + "3" * 64),)
    return e.Proposed(*digests, title, "because", env, "low", ACCOUNT, REGION, "", seen, (), "exact", ())


def begun(facet: FacetRef) -> e.Begun:
    """It began."""
    digests = ("sha256:" + "1" * 64, "sha256:" + "2" * 64)
    return e.Begun(*digests, "Lower it", "prod", ACCOUNT, REGION, "", (), "sha256:" + "4" * 64, (facet,), (), "1")


def recorded(request: Request, change: str, day: int, *events: e.Event) -> None:
    """The register has these events of a change."""
    entries = tuple(
        Entry(change, 1, f"2026-10-{day:02}T0{n}:00:00.000000Z", "ana", "laptop", f"{change}-{n}", event)
        for n, event in enumerate(events)
    )
    memory(Path.cwd()).register.append(entries)


def test_a_plan_is_previewed_and_nothing_is_written(place: Place, unicorn_rentals: str) -> None:
    request = place(unicorn_rentals)
    head = request.head({PATH: PLAN})
    before = _everything(request.branches.folder)
    ended = request.ci(head, "--json")
    found = json.loads(ended.out)
    assert (ended.status, ended.err) == (0, "")
    [plan] = found["plans"]
    assert (plan["change"], plan["sort"], plan["mistakes"], plan["moved"]) == (ID, "added", 0, "")
    assert plan["preview"]["steps"][0]["differences"] == [
        {
            "facet": "load-balancer/rentals attributes",
            "path": "idle_timeout.timeout_seconds",
            "before": "60",
            "after": "120",
        }
    ]
    assert plan["approvals"] == {"needed": 1, "by": "identity", "not_yet": ""}
    assert (found["base"], found["head"], found["status"]) == (request.base, head, 0)
    ended = request.ci(head)
    lines = ended.out.splitlines()
    assert (ended.status, lines[:2]) == (0, ["1 plan to review", f"{ID}  Raise the idle timeout to 120 s"])
    assert lines[2].startswith("  1 difference; comes back exactly; preview ")
    assert lines[3:] == ["", f"Next: changectl preview {ID}"]
    assert _everything(request.branches.folder) == before
    assert git(request.branches.clone, "status", "--porcelain") == ""


def test_what_is_proposed_has_the_preview_that_the_comment_names(place: Place, unicorn_rentals: str) -> None:
    request = place(unicorn_rentals)
    _write(request, PLAN)
    assert request.type("propose", ID).status == 0
    head = git(request.branches.clone, "rev-parse", f"change/{ID}")
    known = memory(Path.cwd()).known(ID).proposed
    assert known is not None
    ended = request.ci(head, "--json")
    assert ended.status == 0
    assert json.loads(ended.out)["plans"][0]["preview"]["preview_digest"] == known.preview_digest
    assert f"preview={known.preview_digest} -->" in request.comment(head)
    _tag(unicorn_rentals, idle_timeout="90", setting="client_keep_alive.seconds")
    ended = request.ci(head, "--json")
    assert (ended.status, json.loads(ended.out)["plans"][0]["moved"]) == (6, _setting(unicorn_rentals))
    assert "## changectl: production has changed since 1 plan was proposed" in request.comment(head)


def test_a_plan_that_starts_from_what_is_no_more_so_is_stale_and_a_wrong_one_beside_it_is_3(
    place: Place, unicorn_rentals: str
) -> None:
    request = place(unicorn_rentals)
    files = {PATH: PLAN.replace('from: "60"', 'from: "61"')}
    ended = request.ci(request.head(files), "--json")
    [plan] = json.loads(ended.out)["plans"]
    assert (ended.status, plan["preview"]) == (6, None)
    assert "61" in plan["without"]
    ended = request.ci(request.head({**files, "plans/wrong.yaml": "plan: 1\nnonsense: 2\n"}))
    assert ended.status == 3
    assert 'plans/wrong.yaml:2:1: error CHG104: unknown member "nonsense"' in ended.out


@pytest.mark.usefixtures("signed_out")
def test_checking_needs_no_credentials(place: Place) -> None:
    request = place()
    head = request.head({PATH: PLAN})
    ended = request.ci(head, "--json")
    [plan] = json.loads(ended.out)["plans"]
    assert (ended.status, plan["preview"]) == (0, None)
    assert plan["without"] == "there are no AWS credentials"
    shown = request.comment(head)
    assert "## changectl: 1 plan to review, not previewed" in shown
    assert "- Raise the timeout: " in shown


def test_no_preview_asks_aws_nothing(place: Place) -> None:
    request = place("http://127.0.0.1:1")
    ended = request.ci(request.head({PATH: PLAN}), "--no-preview", "--json")
    [plan] = json.loads(ended.out)["plans"]
    assert (ended.status, plan["without"]) == (0, "no preview was wanted")


def test_production_that_cannot_be_reached_is_no_preview_and_no_success(place: Place) -> None:
    request = place("http://127.0.0.1:1")
    ended = request.ci(request.head({PATH: PLAN}))
    assert ended.status == 4
    assert "not previewed: " in ended.out


def test_an_env_that_the_default_branch_does_not_have_is_said(place: Place) -> None:
    request = place()
    toml = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=NOWHERE).replace("prod", "new")
    head = request.head({PATH: PLAN.replace("env: prod", "env: new"), "changectl.toml": toml})
    ended = request.ci(head, "--json")
    found = json.loads(ended.out)
    assert ended.status == 0
    assert found["plans"][0]["without"] == "changectl.toml of the default branch has no env new; it has prod"
    assert found["plans"][0]["approvals"] is None
    [note] = found["notes"]
    assert note.startswith("changectl.toml is changed here too.")
    assert "Unknown: changectl.toml of the default branch has no env new" in request.comment(head)


def test_a_first_configuration_is_no_fault(place: Place) -> None:
    request = place(more={"changectl.toml": None})
    toml = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=NOWHERE)
    ended = request.ci(request.head({PATH: PLAN, "changectl.toml": toml}), "--json")
    assert ended.status == 0
    assert "There is no changectl.toml on the default branch yet" in json.loads(ended.out)["notes"][0]
    assert request.ci(request.head({"changectl.toml": "nonsense"})).status == 3


def test_what_happened_to_the_same_resources_is_told(place: Place, unicorn_rentals: str) -> None:
    request = place(unicorn_rentals)
    facet = attributes(unicorn_rentals)
    other = FacetRef(Ref("parameter", ("/x",), REGION), "value")
    recorded(
        request, "went-back", 1, proposed(facet), begun(facet), e.RollbackWanted("5xx went up"), e.Closed("rolled-back")
    )
    recorded(request, "went-well", 2, proposed(facet), begun(facet), e.Closed("applied"))
    recorded(request, "goes-on", 3, proposed(facet), begun(facet), e.StepStarted("x", "sha256:" + "5" * 64))
    recorded(request, "elsewhere", 4, proposed(facet, env="staging"), e.Closed("applied"))
    recorded(request, "something-else", 5, proposed(other), e.Closed("applied"))
    head = request.head({PATH: PLAN})
    [plan] = json.loads(request.ci(head, "--json").out)["plans"]
    assert [(each["change"], each["stands"], each["why"]) for each in plan["past"]] == [
        ("went-well", "applied", ""),
        ("went-back", "rolled-back", "5xx went up"),
    ]
    assert [(each["change"], each["stands"]) for each in plan["open"]] == [("goes-on", "applying")]
    shown = request.comment(head)
    assert "`2026-10-01` **rolled-back** `went-back` Lower it" in shown
    assert "- **applying** `goes-on` Lower it" in shown


def test_without_a_preview_the_names_in_the_plan_are_looked_up(place: Place) -> None:
    request = place()
    named = FacetRef(Ref("parameter", ("/rentals/limit",), REGION), "value")
    recorded(request, "went-well", 2, proposed(named), begun(named), e.Closed("applied"))
    plan = PLAN.replace("set: load-balancer/rentals", "set: parameter//rentals/limit").replace(
        'change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}',
        'change: {value: {from: "7", to: "8"}}',
    )
    [found] = json.loads(request.ci(request.head({PATH: plan}), "--no-preview", "--json").out)["plans"]
    assert [each["change"] for each in found["past"]] == ["went-well"], found


@pytest.mark.parametrize("what", ["deleted", "modified"])
def test_a_plan_whose_change_goes_on_is_left_alone(place: Place, what: str) -> None:
    request = place(more={PATH: PLAN})
    facet = FacetRef(Ref("load-balancer", ("x",), REGION), "attributes")
    recorded(request, ID, 1, proposed(facet), begun(facet), e.StepStarted("raise-the-timeout", "sha256:" + "5" * 64))
    head = request.head({PATH: None if what == "deleted" else PLAN.replace("120 s", "121 s")})
    ended = request.ci(head, "--no-preview")
    assert ended.status == 8
    assert "its change has begun and not ended (applying)" in ended.out
    assert "has begun and not ended (applying)" in request.comment(head, "--no-preview")


def test_a_register_that_cannot_be_brought_is_said_to_be_unknown(place: Place) -> None:
    request = place()
    head = request.head({PATH: PLAN})
    request.branches.bare.rename(request.branches.folder / "gone.git")
    ended = request.ci(head, "--no-preview", "--json")
    [plan] = json.loads(ended.out)["plans"]
    assert ended.status == 0
    assert plan["history_unknown"].startswith("the register could not be brought: origin could not be read")


def test_without_the_remote_and_what_git_kept_of_it_nobody_elses_rules_say_where_production_is(place: Place) -> None:
    request = place()
    head = request.head({PATH: PLAN})
    git(request.branches.clone, "remote", "set-head", "origin", "--delete")
    request.branches.bare.rename(request.branches.folder / "gone.git")
    ended = request.ci(head, "--json")
    found = json.loads(ended.out)
    assert (ended.status, found["plans"][0]["approvals"]["needed"]) == (0, 1)
    assert found["plans"][0]["without"].startswith("the default branch, whose rules say where production is")
    assert found["notes"][0].startswith("The default branch could not be found out.")
    assert request.type("ci").status == 2


def test_a_register_that_was_rewritten_is_20(place: Place) -> None:
    request = place()
    facet = FacetRef(Ref("load-balancer", ("x",), REGION), "attributes")
    recorded(request, "one", 1, proposed(facet))
    other = request.branches.commit("", {"x": "y"}, ref="refs/heads/other")
    git(request.branches.bare, "update-ref", "refs/heads/changectl/register", other)
    ended = request.ci(request.head({PATH: PLAN}), "--no-preview")
    assert ended.status == 20
    assert "The register is not sound" in ended.out


def test_in_a_shallow_clone_all_is_found(place: Place, tmp_path: Path) -> None:
    request = place()
    named = FacetRef(Ref("load-balancer", ("rentals",), REGION), "attributes")
    recorded(request, "went-well", 2, proposed(named), e.Closed("applied"))
    head = request.head({PATH: PLAN}, ref=f"refs/heads/change/{ID}")
    request.branches.commit(request.base, {"y": "2"}, ref="refs/heads/main")
    git(tmp_path, "init", "-q", "shallow")
    shallow = tmp_path / "shallow"
    git(shallow, "remote", "add", "origin", f"file://{request.branches.bare}")
    git(shallow, "fetch", "-q", "--depth=1", "origin", head)
    git(shallow, "checkout", "-q", "--detach", "FETCH_HEAD")
    request.patch.chdir(shallow)
    [plan] = json.loads(request.type("ci", "--no-preview", "--json").out)["plans"]
    assert (plan["change"], plan["approvals"]["needed"]) == (ID, 1)
    assert [each["change"] for each in plan["past"]] == ["went-well"]


def test_without_a_remote_a_base_is_named(tmp_path: Path, place: Place) -> None:
    request = place()
    git(request.branches.clone, "remote", "remove", "origin")
    head = git(request.branches.clone, "rev-parse", "HEAD")
    ended = request.type("ci")
    assert (ended.status, "changectl ci --base main" in ended.err) == (2, True)
    assert request.type("ci", "--base", "HEAD", "--no-preview").status == 0
    assert request.type("ci", "--base", "HEAD", "--head", "nowhere").status == 2
    assert head


def test_a_plan_that_is_not_committed_can_be_shown_as_a_comment(place: Place) -> None:
    request = place()
    _write(request, PLAN)
    shown = request.type("ci", "comment", "--dry-run", "--no-preview", ID)
    assert shown.status == 0
    assert "### Raise the idle timeout to 120 s" in shown.out
    assert "- Raise the timeout: " in shown.out


def test_a_comment_is_written_nowhere_without_a_pull_request(place: Place) -> None:
    request = place()
    assert request.type("ci", "comment").status == 2
    assert request.type("ci", "comment", ID).status == 2


def test_a_folder_of_its_own_has_its_own_rules_and_plans(place: Place) -> None:
    toml = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=NOWHERE)
    request = place(more={"changectl.toml": None, "rentals/changectl.toml": toml, "rentals/x": "x"})
    head = request.head({f"rentals/{PATH}": PLAN, "plans/other.yaml": PLAN})
    request.patch.chdir(request.branches.clone / "rentals")
    found = json.loads(request.ci(head, "--no-preview", "--json").out)
    assert [(plan["path"], plan["approvals"]["needed"]) for plan in found["plans"]] == [(f"rentals/{PATH}", 1)]


def _write(request: Request, plan: str) -> None:
    (request.branches.clone / "plans").mkdir()
    (request.branches.clone / PATH).write_text(plan)


def _setting(endpoint: str) -> str:
    return str(attributes(endpoint))


def _tag(endpoint: str, *, idle_timeout: str, setting: str) -> None:
    elbv2 = Emulator("moto", endpoint).client("elbv2")
    arn = elbv2.describe_load_balancers(Names=["rentals"])["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": setting, "Value": idle_timeout}])


def _everything(folder: Path) -> dict[str, bytes]:
    """Every file of the clone and of the remote, but for what git and we keep to remember what was seen."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "/refs/changectl/" not in str(path) and path.name != "FETCH_HEAD"
    }
