"""Requests as facts, to render: a usual one, and ones whose every text is what a test wants it to be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from changectl.model.difference import Difference
from changectl.model.events import Approved, Proposed, Seen, Shown
from changectl.model.node import Complaint, Span
from changectl.model.plan import Auto, BackOut, Comms, Plan, Risk, Step, Tests, When
from changectl.model.preview import Preview, Reversibility, StepPreview, Verdict
from changectl.model.resource import FacetRef, Ref
from changectl.views.comment_facts import Asking, Deleted, Earlier, Foreseen, History, PlanFacts, RequestFacts, Said

AT = "2026-11-23T11:58:00.000000Z"
HEAD = "c0ffee" + "0" * 34
BALANCER = FacetRef(Ref("load-balancer", ("rentals",), "ap-southeast-2"), "attributes")
GROUP = FacetRef(Ref("security-group", ("sg-1",), "ap-southeast-2"), "ingress")
Text = Callable[[str], str]


def as_written(text: str) -> str:
    """No change."""
    return text


def plan_of(t: Text = as_written) -> Plan:
    """A plan of two steps, the second of which does not come back."""
    undo = Step("undo-drop", t("Take the rule out again"), "call", None)
    return Plan(
        id="2026-11-24-timeout",
        digest="sha256:" + "a" * 64,
        title=t("Raise the idle timeout to 120 s"),
        rationale=t("Checkouts that take longer than 60 s are cut off."),
        risk=Risk.MEDIUM,
        env="prod",
        steps=(
            Step("raise", t("Raise the timeout"), "set", None),
            Step("drop", t("Let the office in"), "call", None, undo=(undo,)),
        ),
        test=Tests(soak=timedelta(minutes=10), none_because=""),
        back_out=BackOut(Auto.ASK, steps=(undo,), test_same=True, cannot_undo=t("Connections that were cut off.")),
        comms=Comms(t("#unicorn-ops"), t("Checkouts may pause."), t("Long checkouts survive."), t("support")),
        lead=t("ana"),
        ticket=t("OPS-3391"),
        when=When(datetime(2026, 11, 24, 3, 0, tzinfo=timezone(timedelta(hours=13))), timedelta(minutes=45)),
    )


def differences(number: int, t: Text = as_written) -> tuple[Shown, ...]:
    """So many."""
    return tuple(
        Shown("load-balancer/rentals attributes", t(f"setting_{n}.seconds"), t("60"), t("120")) for n in range(number)
    )


def foreseen(plan: Plan, number: int = 1, t: Text = as_written) -> Foreseen:
    """A preview of so many differences in its first step."""
    raised = tuple(Difference(BALANCER, (f"setting_{n}",), "60", "120") for n in range(number))
    rule = Difference(GROUP, ("tcp 443",), None, {"cidr": "203.0.113.0/24"})
    gone = (Verdict(Reversibility.IRREVERSIBLE, t("its name is taken for a week")), Verdict(Reversibility.EXACT))
    steps = (
        StepPreview("raise", (BALANCER,), raised, gone[1], asks_back=t("autoscaling sets it too")),
        StepPreview("drop", (GROUP,), (rule,), gone[0], creates=(Ref("parameter", (t("/rentals/limit"),)),)),
        StepPreview("undo-drop", (GROUP,), (), gone[1], unforeseeable=t("nobody knows")),
    )
    proposed = Proposed(
        plan.digest,
        "sha256:" + "b" * 64,
        plan.title,
        plan.rationale,
        plan.env,
        plan.risk.value,
        "123456789012",
        "ap-southeast-2",
        plan.lead,
        (Seen(BALANCER, "sha256:" + "d" * 64),),
        (*differences(number, t), Shown("security-group/web ingress", t("tcp 443"), "absent", t("203.0.113.0/24"))),
        Reversibility.IRREVERSIBLE.value,
        (),
    )
    return Foreseen(Preview(plan.digest, "123456789012", "ap-southeast-2", steps, (BALANCER, GROUP)), proposed)


def complaints(number: int, t: Text = as_written) -> tuple[Complaint, ...]:
    """So many warnings."""
    return tuple(
        Complaint("CHG502", t(f"the rationale says nothing, {n}"), Span(n + 1, 1), t("say why"), "warning")
        for n in range(number)
    )


def plan_facts(t: Text = as_written, *, many: int = 1) -> PlanFacts:
    """Everything that can be said of a plan, each so many times."""
    plan = plan_of(t)
    agreed = Approved(plan.digest, "sha256:" + "b" * 64, t("Ana <ana@example.com>"), True, t("nobody else is awake"))
    earlier = tuple(
        Earlier(f"2026-10-0{n % 9}-earlier", t("Lower it"), "rolled-back", AT, (t("load-balancer/rentals"),), t("5xx"))
        for n in range(many)
    )
    good = replace(earlier[0], change="2026-09-01-good", stands="applied", why="")
    return PlanFacts(
        plan.id,
        "plans/2026-11-24-timeout.yaml",
        "renamed",
        b"",
        complaints(many, t),
        plan,
        t("plans/timeout.yaml"),
        tuple(t(f"Ana {n}") for n in range(many)),
        (Said(t("Raise the timeout"), t("sets attributes of load-balancer/rentals")),),
        tuple(Said("after", t(f"the alarm rentals-5xx is OK, {n}")) for n in range(many)),
        foreseen(plan, many, t),
        "",
        Asking(2, "github", True, t("its commit names no preview"), (agreed,)),
        History((replace(earlier[0], change="2026-11-20-open", stands="applying"),), (*earlier, good)),
    )


def unread(t: Text = as_written, *, many: int = 1) -> PlanFacts:
    """A file that is no plan."""
    wrong = tuple(replace(each, severity="error") for each in complaints(many, t))
    return PlanFacts(t("wrong"), t("plans/wrong.yaml"), "added", b"x", wrong)


def request(t: Text = as_written, *, many: int = 1) -> RequestFacts:
    """A request of three plans, and one that is deleted."""
    whole = plan_facts(t, many=many)
    assert whole.plan is not None
    fire = replace(
        whole.plan, id="2026-11-24-fire", emergency=t("INC-42"), back_out=BackOut(none_because=t("it is a read"))
    )
    unseen = replace(
        whole,
        id=fire.id,
        plan=fire,
        foreseen=None,
        without=t("not signed in to AWS"),
        asking=None,
        history=History(own="needs-operator", unknown=t("origin could not be read")),
    )
    return RequestFacts(
        HEAD,
        AT,
        (unread(t, many=many), whole, unseen),
        (Deleted("old", t("plans/old.yaml"), "applying"),),
        tuple(t(f"changectl.toml is changed here too, {n}") for n in range(many)),
        (12, 1),
    )


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
