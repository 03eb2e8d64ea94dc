"""Reasons, titles and announcements: what says something, and what only looks so."""

import pytest

from lint.plans import broken_by, found, with_part

EMPTY = [
    "TBD", "tbd.", "As discussed.", "as discussed with Ben", "As agreed in the meeting", "needed", "It is needed.",
    "Required", "see ticket", "See OPS-3391.", "OPS-3391", "https://jira.example.com/browse/OPS-3391", "Because.",
    "Because we want it", "n/a", "N/A", "none", "-", "???", "Routine maintenance", "Improvement", "Fix the issue",
    "Reasons.", "Self-explanatory", "Obvious", "asap please", "Change request", "#123", "Various fixes", "x", "lorem ipsum",
    "Per request, see https://example.com/x and OPS-1, #12", "for business reasons", "best practice",
]  # fmt: skip
REASONS = [
    "Checkouts are cut off.", "Checkouts that take longer than 60 s are cut off (INC-42).", "Compliance", "PCI DSS 4.2",
    "Customers asked for it", "Finance wants the November figures from the database itself.", "5xx at night", "Old clients",
    "A terraform destroy in the wrong account nearly took them (INC-57).", "Kunden werden abgewiesen.", "カートが切れる",
    "Los pagos fallan", "It costs 40 USD a day and nobody reads it", "The card company takes up to 40 s to answer.",
    "As discussed with Ben, checkouts are cut off", "Security review", "The certificate expires on Monday",
]  # fmt: skip


def text(member: str, value: str) -> str:
    return f"{member}: {value!r}" if "'" not in value else f'{member}: "{value}"'


@pytest.mark.parametrize("rationale", EMPTY)
def test_an_empty_rationale_is_found(rationale: str) -> None:
    assert "empty-rationale" in broken_by(text("rationale", rationale))
    assert "circular-rationale" not in broken_by(text("rationale", rationale))


@pytest.mark.parametrize("rationale", REASONS)
def test_a_rationale_with_a_reason_is_neither_empty_nor_circular(rationale: str) -> None:
    assert broken_by(text("rationale", rationale)) == set()


CIRCULAR = [
    ("Raise the timeout", "The timeout is too low."),
    ("Raise the timeout", "We want to raise the timeout."),
    ("Raise the timeout", "So that the timeout is raised to 120 s (OPS-3391)."),
    ("Raise the timeout of the load balancer", "The load balancer's timeout must be increased."),
    ("Let the new office in", "The new office should be let in."),
    ("Close SSH to the hosts", "SSH needs closing; hosts."),
    ("Add policies for rentals", "A policy for the rental is to be added."),
]
CAUSED = [
    ("Raise the timeout", "The timeout cuts off long checkouts."),
    ("Raise the timeout", "The timeout is 60 s, and the card company takes 90."),
    ("Let the new office in", "The new office opens on Monday."),
    ("Close SSH to the hosts", "Somebody is trying passwords."),
    ("Give checkout a new database password", "The password is two years old (SEC-22)."),
    ("Let checkout put bookings on the queue", "From December on the stables read bookings from the queue."),
    ("Delete the old group", "Nothing uses the old group since the migration."),
    ("タイムアウトを上げる", "カートが切れる"),
]


@pytest.mark.parametrize(("title", "rationale"), CIRCULAR)
def test_a_rationale_that_repeats_the_title_is_found(title: str, rationale: str) -> None:
    assert found("circular-rationale", with_part(f"title: {title}\n{text('rationale', rationale)}"))


@pytest.mark.parametrize(("title", "rationale"), CAUSED)
def test_a_rationale_that_adds_a_cause_is_not(title: str, rationale: str) -> None:
    assert not found("circular-rationale", with_part(f"title: {title}\n{text('rationale', rationale)}"))


def test_the_names_of_the_steps_add_no_cause() -> None:
    steps = (
        "steps:\n  - name: Let the bastion in\n    set: security-group/db\n    change: {tags: {a: {from: null, to: b}}}"
    )
    plan = f"title: Open the database\nrationale: The bastion must get into the database.\n{steps}"
    assert found("circular-rationale", with_part(plan))


@pytest.mark.parametrize(
    "title", ["Fix prod", "OPS-3391", "Update settings", "Changes", "Hotfix", "Deploy", "Fix OPS-12"]
)
def test_a_title_that_names_nothing_is_found(title: str) -> None:
    assert found("empty-title", with_part(f"title: {title}"))


@pytest.mark.parametrize(
    "title", ["Raise the timeout", "Give checkout 45 s", "Close SSH", "Rotate keys", "DNS", "タイムアウトを上げる"]
)
def test_a_title_that_names_something_is_not(title: str) -> None:
    assert not found("empty-title", with_part(f"title: {title}"))


@pytest.mark.parametrize(
    ("part", "marks"),
    [
        ("runbook: TODO", ["TODO"]),
        ("runbook: 'Look at the graph. TODO: which one?'", ["TODO"]),
        ("ticket: TBD", ["TBD"]),
        ("ticket: '???'", ["???"]),
        ("comms: {channel: TBD, before: Nothing stops.}", ["TBD"]),
        ("alternatives: FIXME (ask Ben)", ["FIXME"]),
        ("steps:\n  - name: Go\n    set: parameter/x\n    change: {value: CHANGEME}", ["CHANGEME"]),
        ("title: Drop the table TODO", []),
        ("rationale: The todo list of the stables loses entries.", []),
        ("runbook: What next??? Look at the graph.", []),
        ("steps:\n  - name: Go\n    set: parameter/todo\n    change: {value: 'TODO: mail the stables'}", []),
        ("lead: TBD", []),  # no person
        ("rationale: TBD", []),  # no reason
        ("comms: {none: TBD}", []),
    ],
)
def test_marks_of_what_is_left_to_do_are_found_where_people_write(part: str, marks: list[str]) -> None:
    assert [finding.message.split('"')[1] for finding in found("left-to-do", with_part(part))] == marks


@pytest.mark.parametrize("section", ["test", "back_out", "comms"])
@pytest.mark.parametrize(
    ("because", "empty"), [("not needed", True), ("n/a", True), ("TBD", True), ("nobody can notice", False)]
)
def test_none_wants_a_reason_that_is_one(section: str, because: str, empty: bool) -> None:
    assert bool(found("empty-reason", with_part(f"{section}: {{none: {because}}}"))) == empty


@pytest.mark.parametrize(
    ("comms", "without", "nothing"),
    [
        ("Checkouts may pause for a second.", False, False),
        ("Nobody should notice.", False, False),
        ("We will raise the idle timeout of the load balancer.", False, True),
        ("{before: Checkouts may pause.}", True, False),
        ("{after: Long checkouts survive.}", True, False),
        ("{audience: support, before: Checkouts may pause.}", False, False),
        ('{channel: "#ops", after: Done.}', False, False),
        ('{channel: "#ops", before: Raising the timeout.}', False, True),
        ('{channel: "#ops"}', True, False),
        ("{audience: support}", True, False),
        ("{none: the host serves nobody yet}", False, False),
    ],
)
def test_comms_name_who_is_told_and_say_what_is_noticed(comms: str, without: bool, nothing: bool) -> None:
    content = with_part(f"comms: {comms}")
    assert (bool(found("comms-without-audience", content)), bool(found("comms-say-nothing", content))) == (
        without,
        nothing,
    )
