"""What is mended is right, alone, and nothing but that."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changectl.cli.linting import read
from changectl.model.node import Complaint, Span
from changectl.planfile.mend import Edit, Mended, mended
from changectl.planfile.plan import Read
from tests.check.place import GOOD

CALL = GOOD.replace(
    '    set: load-balancer/rentals\n    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}\n',
    "    call: elbv2.set_ip_address_type\n    with: {LoadBalancerArn: arn, IpAddressType: dualstack}\n",
)


def reading(content: bytes) -> Read:
    return read(content, "x")


def mend(text: str) -> str:
    return mended(text.encode(), reading).content.decode()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (("steps:", "stesp:"), None),
        (("comms:", '"coms":'), ("comms:", '"comms":')),
        (("channel:", "chanel:"), None),
        (("risk: low", "risk: Low"), None),
        (("risk: low", 'risk: "LOW"'), ("risk: low", 'risk: "low"')),
        (("set: load-balancer/", "set: load_balancer/"), None),
        (("set: load-balancer/", "set: loadbalancer/"), None),
        (("{attributes:", "{atributes:"), None),
        (("{attributes:", '{"atributes":'), ("{attributes:", '{"attributes":')),
        (("[{alarm: rentals-5xx}]", "[{alarn: rentals-5xx}]"), None),
        (("back_out: snapshot", "back_out: {auto: yes}"), ("back_out: snapshot", "back_out: {auto: true}")),
        (("back_out: snapshot", "back_out: {auto: 'Off'}"), ("back_out: snapshot", 'back_out: {auto: "false"}')),
        (("env: prod", "env: prod\nregion: AP_Southeast-2"), ("env: prod", "env: prod\nregion: ap-southeast-2")),
        (("env: prod", "env: prod\nticket: true"), ("env: prod", 'env: prod\nticket: "true"')),
        (("plan: 1\n", ""), None),
        (("plan: 1", "\ufeffplan: 1"), None),
        (("tbd", "tbd"), None),
        (("cut off", "cut\u200b off\u2060"), None),
        (("  channel", "\tchannel"), None),
        (('  channel: "#unicorn-ops"\n  before', '\tchannel: "#unicorn-ops"\n\tbefore'), None),
    ],
    ids=str,
)
def test_what_is_surely_meant_is_written(wrong: tuple[str, str], right: tuple[str, str] | None) -> None:
    assert mend(GOOD.replace(*wrong)) == (GOOD.replace(*right) if right else GOOD)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (("IpAddressType:", "ipAddressType:"), "IpAddressType:"),
        (("dualstack", "dual-stack"), "dualstack"),
        (("arn,", "120,"), '"120",'),
        (("arn,", "true,"), '"true",'),
        (("arn,", "{$reff: load-balancer/rentals},"), "{$ref: load-balancer/rentals},"),
        (("elbv2.set_ip_address_type", "elbv2.set_ip_adress_type"), "elbv2.set_ip_address_type"),
        (("elbv2.set_ip_address_type", '"elbv2.SetIpAdressType"'), '"elbv2.set_ip_address_type"'),
    ],
    ids=str,
)
def test_calls_are_mended_by_what_aws_knows(wrong: tuple[str, str], right: str) -> None:
    assert mend(CALL.replace(*wrong)) == CALL.replace(wrong[0], right)


@pytest.mark.parametrize(
    "wrong",
    [
        ("risk: low", "risk: tiny"),
        ("env: prod", "env: prod\nlead: [a]"),
        ("steps:", "steps: []\nstesp:"),
        ("back_out: snapshot", "back_out: {auto: maybe}"),
        ("cut off", "cut \u202e off"),
        ("rentals-5xx}]\n  after", "rentals-5xx\n  after"),
        ("env: prod", "region: Sydney\nenv: prod"),
        ('idle_timeout.timeout_seconds: {from: "60", to: "120"}', "{}"),
    ],
    ids=str,
)
def test_what_could_mean_two_things_is_left(wrong: tuple[str, str]) -> None:
    text = GOOD.replace(*wrong)
    assert reading(text.encode()).complaints
    assert mend(text) == text


def test_one_of_two_near_words_is_not_chosen() -> None:
    parameters = CALL.replace("elbv2.set_ip_address_type", "ssm.delete_parametr").replace(
        "{LoadBalancerArn: arn, IpAddressType: dualstack}", "{Name: /x}"
    )  # delete_parameter, or delete_parameters?
    assert [c.rule for c in reading(parameters.encode()).complaints] == ["CHG302"]
    assert mend(parameters) == parameters


def test_what_a_mended_section_hid_is_mended_too() -> None:
    text = GOOD.replace("steps:", "stesp:").replace("attributes", "atributes").replace("risk: low ", "risk: Low ")
    assert mend(text) == GOOD


def test_line_ends_stay_what_they_are() -> None:
    crlf = GOOD.replace("\n", "\r\n")
    assert mend(crlf.replace("plan: 1\r\n", "").replace("risk: low", "risk: Low")) == crlf


def test_characters_of_several_bytes_move_nothing() -> None:
    text = GOOD.replace("INC-42", "日本𝄞é")
    flow = '{channel: "日𝄞", befor: "Checkouts may pause for a second."}'
    comms = re.sub(r"comms:\n.*\n.*\n", f"comms: {flow}\n", text)
    assert mend(comms.replace("risk: low", "risk: Low")) == comms.replace("befor:", "before:")


def test_it_says_what_stood_there() -> None:
    found = mended(GOOD.replace("risk: low", "risk: Low").encode(), reading)
    (complaint,) = (e.complaint for e in found.edits)
    assert (complaint.rule, complaint.span, complaint.fix) == ("CHG122", Span(4, 7, 4, 10), "low")
    assert found == Mended(GOOD.encode(), ((Edit(complaint, "Low"),),))


def test_what_is_right_is_not_touched() -> None:
    assert mended(GOOD.encode(), reading) == Mended(GOOD.encode())


# Fixes that lie


def lying(*fixes: tuple[Span, str], after: Sequence[Complaint] = ()) -> tuple[bytes, bytes]:
    """`abc`, whose complaints have those fixes, before and after; after any change there are `after`."""
    text = b"title: abc\nlead: abc\n"
    root = read(text, "x").root
    wrong = tuple(Complaint("CHG1", f"number {n}", span, fix=fix) for n, (span, fix) in enumerate(fixes))
    found = mended(text, lambda content: Read(None, root, wrong if content == text else tuple(after)))
    return text, found.content


ONE = Span(1, 8, 1, 11)


def test_a_fix_that_does_not_help_is_not_written() -> None:
    text, now = lying((ONE, "x"), after=[Complaint("CHG1", "number 0", ONE)])
    assert now == text


def test_a_fix_that_brings_more_is_not_written() -> None:
    more = [Complaint("CHG2", "another", Span(2, 1)), Complaint("CHG2", "yet another", Span(2, 1))]
    text, now = lying((ONE, "x"), after=more)
    assert now == text


def test_a_fix_that_is_wrong_itself_is_not_written() -> None:
    text, now = lying((ONE, "x"), after=[Complaint("CHG2", "what is x?", ONE)])
    assert now == text


@pytest.mark.parametrize(
    "span",
    [Span(1, 8), Span(0, 1, 0, 2), Span(9, 1, 9, 2), Span(1, 8, 1, 99), Span(1, 11, 1, 8), Span(2, 1, 1, 1), ONE],
)
def test_a_place_that_does_not_exist_is_left(span: Span) -> None:
    text, now = lying((span, "x"))
    assert now == (b"title: x\nlead: abc\n" if span == ONE else text)


def test_of_fixes_that_overlap_one_is_written() -> None:
    _, now = lying((ONE, "x"), (Span(1, 9, 1, 10), "yyyy"))
    assert now in (b"title: x\nlead: abc\n", b"title: ayyyyc\nlead: abc\n")


def test_two_insertions_at_one_place_do_not_both_come() -> None:
    at = Span(1, 1, 1, 1)
    assert lying((at, "a: 1\n"), (at, "b: 1\n"))[1].count(b": 1\n") == 1


# Whatever a plan is

COMMENT = re.compile(r"#[^\"\n]*$", re.MULTILINE)
TYPOS = (
    ("steps", "stesp"), ("risk: low", "risk: Low"), ("risk: low", "risk: high-ish"), ("comms", "coms"),
    ("channel", "chanel"), ("attributes", "atributes"), ("load-balancer", "loadbalancer"), ("alarm", "alrm"),
    ("after", "aftr"), ("plan: 1\n", ""), ("  before", "\tbefore"), ("cut off", "cut\u200boff"), ("{", "{ "),
    ("env: prod", "env: true"), ('"60"', "60"), ("snapshot", "{auto: yes}"), ("name:", "nmae:"), ("set:", "sett:"),
    ("title", '"tilte"'), ("test:", "tset:"), ("low  ", "lo  "), ("]", ""), ("\n", "\r\n"), ("- ", "-  "),
)  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> bytes:
    """A plan with typos, with comments wherever one may stand, and now and then with a part cut out."""
    text = GOOD
    for typo in draw(st.lists(st.sampled_from(TYPOS), max_size=5)):
        text = text.replace(*typo)
    lines = text.split("\n")
    for at in draw(st.lists(st.integers(0, len(lines) - 1), max_size=5)):
        lines[at] += draw(st.sampled_from(("  # why", "  # Low steps {", " # 日本 é")))
    content = "\n".join(lines).encode()
    start = draw(st.integers(0, len(content)))
    return content[:start] + content[start + draw(st.sampled_from((0, 0, 0, 1, 7, 40))) :]


@settings(max_examples=120, deadline=None)
@given(plans())
def test_no_byte_but_what_was_complained_of_changes(content: bytes) -> None:
    before = reading(content)
    found = mended(content, reading)
    after = reading(found.content)
    if before.root is not None:
        assert after.root is not None
        assert len(after.complaints) <= len(before.complaints)
    assert _undone(found) == content
    if found.content != content:
        assert COMMENT.findall(found.content.decode()) == COMMENT.findall(content.decode())
        assert mended(found.content, reading) == Mended(found.content), "once is enough"


def _undone(found: Mended) -> bytes:
    """The text with every edit taken back, the last first, at the place that its complaint names."""
    text = found.content.decode(errors="surrogateescape")
    for made in reversed(found.rounds):
        text = _taken_back(text, made)
    return text.encode(errors="surrogateescape")


def _taken_back(text: str, edits: Sequence[Edit]) -> str:
    """Going from the first edit of a round to the last, each place is again what it was when the place was named."""
    for edit in edits:
        span, lines = edit.complaint.span, text.split("\n")
        start = sum(len(line) + 1 for line in lines[: span.line - 1]) + span.column - 1
        fix = (edit.complaint.fix or "").replace("\n", "\r\n" if "\r\n" in text else "\n")
        assert text[start : start + len(fix)] == fix
        text = text[:start] + edit.before + text[start + len(fix) :]
    return text


@pytest.mark.parametrize("typo", TYPOS, ids=str)
def test_no_fix_is_offered_that_is_not_made(typo: tuple[str, str]) -> None:
    content = GOOD.replace(*typo).encode()
    offered = [c for c in reading(content).complaints if c.fix is not None]
    found = mended(content, reading)
    assert [c for c in reading(found.content).complaints if c.fix is not None] == []
    assert bool(found.edits) is bool(offered)
