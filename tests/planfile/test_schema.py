"""Readers turn positioned values into typed ones, or say what is wrong."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from changectl.model.node import MOST_COMPLAINTS, Complaints, Node, Span
from changectl.model.resource import Target
from changectl.model.values import RefValue, ResultValue, SecretValue
from changectl.planfile.durations import duration, retry, some_time
from changectl.planfile.patterns import operation, region
from changectl.planfile.schema import Reader, choice, line, listed, mapped, number, prose, record, truth, whole
from changectl.planfile.targets import target
from changectl.planfile.times import moment
from changectl.planfile.typed import typed
from changectl.planfile.yaml import read_yaml


def read(reader: Reader[object], text: str) -> tuple[object, list[str]]:
    complaints = Complaints()
    node = read_yaml(text.encode(), complaints)
    assert node is not None
    value = reader(node, complaints)
    return value, [complaint.rule for complaint in complaints.found]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("45m", timedelta(minutes=45)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("0s", timedelta(0)),
        ("30d", timedelta(days=30)),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta) -> None:
    assert read(duration, text) == (length, [])


@pytest.mark.parametrize(
    "text",
    [
        "45",
        "''",
        "' '",
        "m",
        "1.5h",
        "-1m",
        "1m1h",
        "5 m",
        "1h30",
        "an hour",
        "[45m]",
        "~",
        "true",
        "٣m",
        "9999999s",
        "1w",
    ],
)
def test_what_is_no_duration_is_complained_of(text: str) -> None:
    assert read(duration, text) == (None, ["CHG123"])


def test_a_duration_has_bounds() -> None:
    assert read(duration, "31d") == (None, ["CHG127"])
    assert read(some_time, "0s") == (None, ["CHG127"])
    assert read(some_time, "1s") == (timedelta(seconds=1), [])


@pytest.mark.parametrize("text", ["10 x 3s", "10x3s", "10 × 3s", "10  x  3s"])  # noqa: RUF001
def test_a_retry_is_read(text: str) -> None:
    assert read(retry, text) == ((10, timedelta(seconds=3)), [])


@pytest.mark.parametrize(
    "text", ["10", "3s", "x 3s", "10 x", "0 x 3s", "10 x 0s", "-1 x 3s", "10 * 3s", "[10, 3s]", "99999 x 1s"]
)
def test_what_is_no_retry_is_complained_of(text: str) -> None:
    assert read(retry, text) == (None, ["CHG130"])


AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-24 03:00 Pacific/Auckland", datetime(2026, 11, 24, 3, 0, tzinfo=AUCKLAND)),
        ("2026-11-24T03:00:07 Pacific/Auckland", datetime(2026, 11, 24, 3, 0, 7, tzinfo=AUCKLAND)),
        ("2026-11-24T03:00:00Z", datetime(2026, 11, 24, 3, 0, tzinfo=UTC)),
        ("2026-11-24 03:00 UTC", datetime(2026, 11, 24, 3, 0, tzinfo=UTC)),
        ("2026-11-24T03:00:00+05:45", datetime(2026, 11, 24, 3, tzinfo=timezone(timedelta(hours=5, minutes=45)))),
        ("2026-11-24 03:00 -03:00", datetime(2026, 11, 24, 3, 0, tzinfo=timezone(timedelta(hours=-3)))),
        ("2026-11-24 03:00 America/Argentina/Buenos_Aires", datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
        ("2026-04-05 02:30 +13:00 Pacific/Auckland", datetime(2026, 4, 4, 13, 30, tzinfo=UTC)),
        ("2026-04-05 02:30 +12:00 Pacific/Auckland", datetime(2026, 4, 4, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_time_with_its_zone_is_read(text: str, time: datetime) -> None:
    found, complaints = read(moment, text)
    assert complaints == []
    assert isinstance(found, datetime)
    assert found.tzinfo
    assert found.astimezone(UTC) == time.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-11-24 03:00", "CHG124"),
        ("2026-11-24T03:00:00", "CHG124"),
        ("2026-11-24", "CHG124"),
        ("03:00 Pacific/Auckland", "CHG124"),
        ("tomorrow", "CHG124"),
        ("1767225600", "CHG124"),
        ("2026-11-24 03:00 NZDT", "CHG124"),
        ("2026-11-24 03:00 Pacific/Aukland", "CHG124"),
        ("2026-11-24 03:00 Pacific", "CHG124"),
        ("2026-11-24 03:00 ../../etc/passwd", "CHG124"),
        ("2026-11-24 03:00 America/Indiana", "CHG124"),
        ("2026-02-30 03:00 Pacific/Auckland", "CHG124"),
        ("2026-11-24 25:00 Pacific/Auckland", "CHG124"),
        ("2026-11-24T03:00:00+25:00", "CHG124"),
        ("2026-11-24T03:00:00+05:99", "CHG124"),
        ("2026-11-24 03:00 +12:00 Pacific/Auckland", "CHG124"),
        ("0001-01-01 00:00 Pacific/Auckland", "CHG124"),
        ("[2026]", "CHG124"),
        ("2026-09-27 02:30 Pacific/Auckland", "CHG125"),
        ("2026-09-27 02:30 +12:00 Pacific/Auckland", "CHG125"),
        ("2026-04-05 02:30 Pacific/Auckland", "CHG126"),
    ],
)
def test_a_time_that_could_mean_another_is_refused(text: str, rule: str) -> None:
    assert read(moment, text) == (None, [rule])


def test_a_time_that_comes_twice_is_shown_both_ways() -> None:
    complaints = Complaints()
    moment(Node("2026-04-05 02:30 Pacific/Auckland", Span(1, 1)), complaints)
    twice = "write 2026-04-05 02:30+12:00 Pacific/Auckland or 2026-04-05 02:30+13:00 Pacific/Auckland"
    assert complaints.found[0].help == twice


@pytest.mark.parametrize(
    ("text", "value", "rules"),
    [
        ("1.10", 1.1, []),
        ("0.50", 0.5, []),
        ("1e3", 1000.0, []),
        ("7", 7, []),
        ("'7'", None, ["CHG120"]),
        ("true", None, ["CHG120"]),
        ("x", None, ["CHG120"]),
        ("[1]", None, ["CHG120"]),
        ("~", None, ["CHG120"]),
    ],
)
def test_a_number_is_read_also_where_its_text_would_not_come_back(text: str, value: object, rules: list[str]) -> None:
    assert read(number, text) == (value, rules)


@pytest.mark.parametrize(
    ("text", "found"), [("1", (1, [])), ("3", (3, [])), ("0", (None, ["CHG127"])), ("1.5", (None, ["CHG127"]))]
)
def test_a_whole_number_is_in_its_range(text: str, found: object) -> None:
    assert read(whole(1, 3), text) == found


@pytest.mark.parametrize(
    ("reader", "text", "found"),
    [
        (line, "Ana", ("Ana", [])),
        (line, "4831", ("4831", [])),
        (line, "0x1F", ("0x1F", [])),
        (line, "1.50", ("1.50", [])),
        (line, '" x "', ("x", [])),
        (line, '"a\\nb"', (None, ["CHG121"])),
        (line, "x" * 501, (None, ["CHG121"])),
        (line, "[a]", (None, ["CHG120"])),
        (line, "~", (None, ["CHG120"])),
        (line, "false", (None, ["CHG120"])),
        (prose, '"a\\nb"', ("a\nb", [])),
        (prose, '" "', (None, ["CHG121"])),
        (prose, "x" * 20_001, (None, ["CHG121"])),
        (prose, '"\\e[2J"', (None, ["CHG102"])),
        (truth, "true", (True, [])),
        (truth, "'true'", (None, ["CHG120"])),
        (truth, "yes", (None, ["CHG120"])),
        (listed(line), "[a, 1, [b]]", (("a", "1"), ["CHG120"])),
        (listed(line), "a", (None, ["CHG120"])),
        (mapped(line), "{a: b, c: []}", ({"a": "b"}, ["CHG120"])),
        (mapped(line), "a", (None, ["CHG120"])),
        (choice({"true": 1, "ask": 2}), "true", (1, [])),
        (choice({"true": 1, "ask": 2}), "'true'", (1, [])),
        (choice({"true": 1, "ask": 2}), "[ask]", (None, ["CHG122"])),
        (target, "security-group/sg-1", (Target("security-group", "sg-1"), [])),
        (target, "ssm-parameter//app/x", (Target("ssm-parameter", "/app/x"), [])),
        (target, "load-balancer/arn:aws:x:y/z", (Target("load-balancer", "arn:aws:x:y/z"), [])),
        (target, "arn:aws:iam::1:role/x", (None, ["CHG128"])),
        (target, "web", (None, ["CHG128"])),
        (target, "/web", (None, ["CHG128"])),
        (target, "Role/x", (None, ["CHG128"])),
        (target, "role/", (None, ["CHG128"])),
        (target, "'role/ x'", (None, ["CHG128"])),
        (region, "ap-southeast-2", ("ap-southeast-2", [])),
        (region, "us-gov-west-1", ("us-gov-west-1", [])),
        (region, "ap-southeast-2a", (None, ["CHG132"])),
        (region, "../x", (None, ["CHG132"])),
        (operation, "iam.put_role_policy", ("iam.put_role_policy", [])),
        (operation, "ec2.*", (None, ["CHG129"])),
        (operation, "iam", (None, ["CHG129"])),
    ],
)
def test_a_value_is_read_or_complained_of(reader: Reader[object], text: str, found: object) -> None:
    assert read(reader, text) == found


def test_a_record_tells_every_unknown_and_every_missing_member() -> None:
    complaints = Complaints()
    node = read_yaml(b"naem: 1\nzzz: 2\nport: 3\n", complaints)
    assert node is not None
    assert list(record(node, complaints, ("name", "port"), ("name", "host")) or ()) == ["port"]
    assert [(c.rule, c.message, c.help) for c in complaints.found] == [
        ("CHG104", 'unknown member "naem"', 'did you mean "name"?'),
        ("CHG104", 'unknown member "zzz"', "known here: name"),
        ("CHG105", '"name" is missing', ""),
        ("CHG105", '"host" is missing', ""),
    ]


def test_nobody_reads_more_than_a_hundred_complaints() -> None:
    complaints = Complaints()
    node = read_yaml("".join(f"stesp{n}: 1\n" for n in range(9_000)).encode(), complaints)
    assert node is not None
    record(node, complaints, ("steps",))
    assert len(complaints.found) == MOST_COMPLAINTS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{a: [1, x, ~, {b: true}]}", ({"a": [1, "x", None, {"b": True}]}, [])),
        ("{$ref: security-group/web}", (RefValue(Target("security-group", "web")), [])),
        ("{$result: make-group.Group.Id}", (ResultValue("make-group", "Group.Id"), [])),
        ("{$secret: DB_PASSWORD}", (SecretValue("DB_PASSWORD"), [])),
        ("[{$secret: A}, x]", ([SecretValue("A"), "x"], [])),
        ("{$$ref: '#/components/x'}", ({"$ref": "#/components/x"}, [])),
        ("{$$$ref: x}", ({"$$ref": "x"}, [])),
        ("{$sceret: A}", (None, ["CHG131"])),
        ("{$schema: A}", (None, ["CHG131"])),
        ("{$ref: role/x, also: 1}", (None, ["CHG131"])),
        ("{$ref: web}", (None, ["CHG128"])),
        ("{$ref: [role/x]}", (None, ["CHG120"])),
        ("{$result: make-group}", (None, ["CHG131"])),
        ("{$result: .Id}", (None, ["CHG131"])),
        ("{$secret: hunter2 is my password}", (None, ["CHG131"])),
    ],
)
def test_a_value_that_is_known_later_is_typed(text: str, found: object) -> None:
    assert read(typed, text) == found


def test_a_secret_written_in_the_place_of_its_name_is_not_repeated() -> None:
    complaints = Complaints()
    node = read_yaml(b"{$secret: 'hunter2!?'}", complaints)
    assert node is not None
    typed(node, complaints)
    assert "hunter2" not in repr(complaints.found[0].message + complaints.found[0].help)


def test_a_misspelt_typed_value_is_asked_about() -> None:
    complaints = Complaints()
    node = read_yaml(b"{$sceret: A}", complaints)
    assert node is not None
    typed(node, complaints)
    assert complaints.found[0].help == 'did you mean "$secret"?'
