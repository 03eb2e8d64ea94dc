"""`new --undo`: the plan that takes an applied change back, also after others have changed things."""

import re
from pathlib import Path

from new.conftest import Desk

from changectl.cli.state import state_home

PLANS = Path(__file__).parents[2] / "plans"
TIMEOUT = "2026-11-24-raise-alb-timeout"
SSH = "2026-12-05-close-ssh"
ANSWERS = (
    ("<who should know>", "The stables"),
    ("<what they may notice, and when>", "Nothing, we hope."),
    ("<an alarm that goes off when customers suffer>", "rentals-5xx"),
)


def applied(rentals: Desk, plan: str) -> None:
    """One of our own plans, applied in the sandbox."""
    rentals.patch.setenv("RENTALS_DB_PASSWORD", "new-and-shiny")
    rentals.writes(plan, (PLANS / f"{plan}.yaml").read_text().replace("env: prod", "env: sandbox"))
    ended = rentals.types("apply", plan)
    assert ended.status == 0, ended.out + ended.err


def steps_of(text: str) -> str:
    """The steps as they stand, and what is said of what cannot come back."""
    steps = text[text.index("\nsteps:\n") + 1 : text.index("\n# A check that ")]
    lost = [line for line in text.split("\n") if line.startswith("  cannot_undo:")]
    return "\n".join([steps.rstrip("\n"), *lost])


def tag(rentals: Desk, arn: str, **tags: str) -> None:
    rentals.aws("elbv2").add_tags(ResourceArns=[arn], Tags=[{"Key": key, "Value": tags[key]} for key in tags])


WAYS_BACK = {
    TIMEOUT: """\
steps:
  - name: Put load-balancer/rentals back
    set: load-balancer/rentals
    change:
      attributes:
        idle_timeout.timeout_seconds: {from: "120", to: "60"}""",
    "2026-11-26-give-checkout-longer": """\
steps:
  - name: Put parameter/rentals/checkout/timeout back
    set: parameter/rentals/checkout/timeout
    change:
      value: {from: "45", to: "30"}""",
    "2026-11-30-keep-bookings-recoverable": """\
steps:
  - name: Put table/bookings back
    set: table/bookings
    change:
      recovery: {from: 35, to: null}
      ttl: {from: expires, to: null}
      tags:
        recovery: {from: 35 days, to: null}
  cannot_undo: "table/bookings: AWS allows one change an hour, and items that expire meanwhile are gone\"""",
    "2026-12-01-let-checkout-queue-bookings": """\
steps:
  - name: "Undo: Give checkout its new permission"
    call: iam.delete_role_policy
    with: {RoleName: rentals, PolicyName: queue}
    undo:
      call: iam.put_role_policy
      with:
        RoleName: rentals
        PolicyName: queue
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: arn:aws:sqs:ap-southeast-2:123456789012:rentals-bookings""",
    SSH: """\
steps:
  - name: Put security-group/web back
    set: security-group/web
    change:
      ingress:
        add:
          - {protocol: tcp, port: 22, cidr: 198.51.100.0/24, description: Wellington office}""",
}


def test_the_way_back_is_written_from_the_snapshot_and_from_production(rentals: Desk) -> None:
    for plan in WAYS_BACK:
        applied(rentals, plan)
    written = {plan: rentals.types("new", "--undo", plan, "--id", f"undo-{plan}") for plan in WAYS_BACK}
    assert {plan: (ended.status, ended.err) for plan, ended in written.items()} == dict.fromkeys(WAYS_BACK, (0, ""))
    assert {plan: steps_of(rentals.reads(f"undo-{plan}")) for plan in WAYS_BACK} == WAYS_BACK

    # A colleague's machine: the register is there, the snapshot is not.
    for vault in state_home().rglob("journal.jsonl"):
        vault.rename(vault.with_suffix(".elsewhere"))
    for plan in (TIMEOUT, SSH):
        assert rentals.types("new", "--undo", plan, "--id", f"told-{plan}").status == 0
        assert steps_of(rentals.reads(f"told-{plan}")) == WAYS_BACK[plan]
    with_production = (rentals.root / "changectl.toml").read_text()
    (rentals.root / "changectl.toml").write_text(without_production(with_production))
    ended = rentals.types("new", "--undo", TIMEOUT)
    assert (ended.status, f"the snapshot of {TIMEOUT} is on the machine that applied it" in ended.err) == (2, True)

    # The snapshot without production.
    for vault in state_home().rglob("journal.elsewhere"):
        vault.rename(vault.with_suffix(".jsonl"))
    ended = rentals.types("new", "--undo", TIMEOUT, "--id", "left", "--json")
    assert ended.document["notes"][0].endswith("from: is what the change left.")
    assert steps_of(rentals.reads("left")) == WAYS_BACK[TIMEOUT]


def without_production(configuration: str) -> str:
    return re.sub(r'endpoint = ".*"', 'endpoint = "http://127.0.0.1:9"', configuration)


def test_the_plan_passes_puts_everything_back_and_then_there_is_nothing_left(rentals: Desk) -> None:
    applied(rentals, SSH)
    assert rentals.types("new", "--undo", f"plans/{SSH}.yaml", "--id", "undo").status == 0
    text = rentals.reads("undo")
    assert 'title: "Undo: Close SSH to the checkout hosts"\n' in text
    rentals.fills("undo", (f"<why {SSH} is taken back, and why now>", "It did not help (INC-43)."), *ANSWERS)
    assert rentals.types("check", "undo").status == 0
    undone = rentals.types("apply", "undo")
    assert undone.status == 0, undone.out + undone.err
    assert rentals.types("new", "--undo", SSH, "--id", "nothing-left").status == 0
    assert "# security-group/web needs no step: nothing of it is left to put back." in rentals.reads("nothing-left")


def test_what_cannot_be_put_back_is_said_and_no_secret_is_written(rentals: Desk) -> None:
    applied(rentals, "2026-12-03-new-database-password")
    ended = rentals.types("new", "--undo", "2026-12-03-new-database-password", "--id", "undo", "--json")
    text = rentals.reads("undo")
    assert ended.document["notes"] == [
        "Not put back: parameter/rentals/db/password value is secret, and is put back only by who knows what it was.",
        "Not put back: parameter/rentals/bookings/failed-queue was made by it; a call step with an undo would remove it.",
        "Not put back: step queue: its way back needs an answer of the earlier change.",
    ]
    assert "      value: {$secret: <environment variable that holds what it was>}\n" in text
    assert "#   call: sqs.delete_queue\n" in text
    assert "remove:\n          - {protocol: tcp, port: 5433, group: sg-" in text
    assert text.count("cannot_undo: ") == 1
    assert not any(secret in text for secret in ("glitter", "new-and-shiny"))


def test_what_somebody_else_has_changed_since_stays_and_is_named(rentals: Desk) -> None:
    applied(rentals, TIMEOUT)
    elb = rentals.aws("elbv2")
    arn = elb.describe_load_balancers(Names=["rentals"])["LoadBalancers"][0]["LoadBalancerArn"]
    attributes = {"idle_timeout.timeout_seconds": "300", "routing.http.drop_invalid_header_fields.enabled": "true"}
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()]
    )
    assert rentals.types("new", "--undo", TIMEOUT, "--id", "undo").status == 0
    assert steps_of(rentals.reads("undo")) == (
        "steps:\n"
        "  # load-balancer/rentals attributes.idle_timeout.timeout_seconds was 60, the change left 120, and somebody has made "
        "it 300 since; it stays.\n"
        "  # load-balancer/rentals needs no step: nothing of it is left to put back.\n"
        "  - name: <nothing of it is left to put back by a set step>\n"
        "    wait: <why is this plan needed>"
    )

    assert rentals.types("rollback", TIMEOUT).status in (0, 11)
    ended = rentals.types("new", "--undo", TIMEOUT)
    assert ended.status in (2, 8)
    assert "there is nothing to take back" in ended.err or "has not ended" in ended.err
