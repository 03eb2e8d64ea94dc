"""changectl.toml becomes a Configuration, or every complaint about it with its line."""

import pytest

from changectl.model.plan import Risk
from changectl.planfile.config import ChannelSettings, Configuration, Env, read_configuration

SHORTEST = b'[env.prod]\naccount = "012345678901"\nregions = ["ap-southeast-2"]\n'


def complaints_of(text: str) -> list[tuple[str, int, str]]:
    configuration, complaints = read_configuration(text.encode())
    assert (configuration is None) == bool(complaints)
    return [(c.rule, c.span.line, c.help) for c in complaints]


def test_the_shortest_configuration_is_read() -> None:
    found, complaints = read_configuration(SHORTEST)
    assert complaints == ()
    assert found == Configuration(envs={"prod": Env("prod", "012345678901", ("ap-southeast-2",))})
    assert found.envs["prod"].production
    assert found.envs["prod"].approvals == {Risk.LOW: 1, Risk.MEDIUM: 1, Risk.HIGH: 2}


def test_an_empty_configuration_is_one() -> None:
    assert read_configuration(b"") == (Configuration(), ())


def test_every_member_is_read() -> None:
    text = b"""\
[team]
of_one = true

[env.prod]
account = "123456789012"
regions = ["ap-southeast-2", "us-east-1"]
profile = "rentals-prod"
role = "arn:aws:iam::123456789012:role/changectl-apply"
endpoint = "https://vpce.example.com"
approvals = {low = 0}
emergencies = false
bookkeeping = ["s3-object/tf-state/*"]
[env.prod.settings]
slots = 3

[env.sandbox]
account = "000000000000"
regions = ["us-east-1"]
production = false
endpoint = "http://emulator:4566"

[[channel]]
kind = "webhook"
url = "https://example.com/hook"
[[channel]]
kind = "slack"
"""
    prod = Env(
        "prod",
        "123456789012",
        ("ap-southeast-2", "us-east-1"),
        profile="rentals-prod",
        role="arn:aws:iam::123456789012:role/changectl-apply",
        endpoint="https://vpce.example.com",
        approvals={Risk.LOW: 0, Risk.MEDIUM: 1, Risk.HIGH: 2},
        emergencies=False,
        bookkeeping=("s3-object/tf-state/*",),
        settings={"slots": 3},
    )
    sandbox = Env("sandbox", "000000000000", ("us-east-1",), production=False, endpoint="http://emulator:4566")
    found, complaints = read_configuration(text)
    assert complaints == ()
    assert found is not None
    assert found.envs == {"prod": prod, "sandbox": sandbox}
    assert found.self_approval
    assert [(c.kind, c.settings, c.span.line) for c in found.channels] == [
        ("webhook", {"url": "https://example.com/hook"}, 22),
        ("slack", {}, 25),
    ]
    assert isinstance(found.channels[0], ChannelSettings)


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("bookeeping = []", ("CHG104", 4, 'did you mean "bookkeeping"?')),
        ("[[chanel]]", ("CHG104", 4, 'did you mean "channel"?')),
        ("[env.test]\naccont = '1'", ("CHG104", 5, 'did you mean "account"?')),
        ("production = 'no'", ("CHG120", 4, "")),
        ("profile = 7", ("CHG120", 4, "")),
        ('profile = "a\\u001b[31m"', ("CHG102", 4, "")),
        ("approvals = {low = 10}", ("CHG127", 4, "")),
        ("approvals = {hihg = 1}", ("CHG104", 4, 'did you mean "high"?')),
        ("[env.prod.approvals]\nlow = 1\nhihg = 1", ("CHG104", 6, 'did you mean "high"?')),
        ("bookkeeping = ['*']", ("CHG128", 4, "write it like security-group/web")),
        ("settings = {a = [1]}", ("CHG120", 4, "")),
        ('role = "arn:aws:iam::999999999999:role/x"', ("CHG164", 4, "")),
        ("endpoint = 'ftp://x'", ("CHG162", 4, "")),
        ("endpoint = 'localhost:4566'", ("CHG162", 4, "")),
        ("endpoint = 'http://['", ("CHG162", 4, "")),
        ("[[channel]]\nurl = 'https://x'", ("CHG105", 4, 'kind = "webhook"')),
        ("[[channel]]\nkind = 'webhook'\nurl = 5", ("CHG120", 6, "")),
        (
            "channel = 5",
            (
                "CHG104",
                4,
                "known here: production, profile, role, read_role, endpoint, approvals, emergencies, bookkeeping or settings",
            ),
        ),
        ("[team]\nof_one = 'yes'", ("CHG120", 5, "")),
        ("[team]\nof_on = true", ("CHG104", 5, 'did you mean "of_one"?')),
    ],
)
def test_a_mistake_is_named_with_its_line(added: str, found: tuple[str, int, str]) -> None:
    assert found in complaints_of(SHORTEST.decode() + added + "\n")


@pytest.mark.parametrize(
    "account", ['"1234"', "123456789012", '"1234567890123"', '"12345678901a"', '"١٢٣٤٥٦٧٨٩٠١٢"', '""', "[]"]
)
def test_an_account_is_twelve_digits_in_quotes(account: str) -> None:
    text = f'[env.prod]\nregions = ["us-east-1"]\naccount = {account}\n'
    assert [(rule, line) for rule, line, _ in complaints_of(text)] == [("CHG161", 3)]


@pytest.mark.parametrize("host", ["localhost:4566", "127.0.0.1:4566", "127.9.9.9", "[::1]:4566"])
def test_production_may_be_an_emulator_on_this_machine(host: str) -> None:
    assert complaints_of(f'{SHORTEST.decode()}endpoint = "http://{host}"\n') == []


@pytest.mark.parametrize(
    "host", ["aws.example.com", "10.0.0.1", "localhost.example.com", "127.0.0.1@example.com", "2130706433", "[::2]"]
)
def test_production_is_not_reached_over_plain_http(host: str) -> None:
    assert complaints_of(f'{SHORTEST.decode()}endpoint = "http://{host}"\n') == [("CHG162", 4, "use https")]


@pytest.mark.parametrize("missing", ["account", "regions"])
def test_an_env_names_account_and_regions(missing: str) -> None:
    text = "\n".join(row for row in SHORTEST.decode().splitlines() if not row.startswith(missing))
    assert [(rule, line) for rule, line, _ in complaints_of(text)] == [("CHG105", 1)]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"a = ", "CHG160"),
        (b"[env.prod", "CHG160"),
        (b"a = 1\na = 2", "CHG160"),
        (b"\xff", "CHG101"),
        (b"# \xe2\x80\xae", "CHG102"),
        (b"\xef\xbb\xbf[env]", "CHG102"),
        (b"#" * 70_000, "CHG113"),
        (b"a = " + b"[" * 50_000, "CHG114"),
        (b"a = " + b"{a=" * 15_000, "CHG114"),
        (b"a." * 20_000 + b"a = 1", "CHG114"),
        (b"env = 1", "CHG120"),
        (b"env = {prod = 1}", "CHG120"),
        (b"channel = 2026-01-01", "CHG120"),
        (b"team = [1]", "CHG120"),
        (b"x = 1e999\ny = nan", "CHG104"),
    ],
)
def test_whatever_the_bytes_are_nothing_is_raised(content: bytes, rule: str) -> None:
    configuration, complaints = read_configuration(content)
    assert configuration is None
    assert rule in {c.rule for c in complaints}


def test_a_syntax_error_has_its_place() -> None:
    _, complaints = read_configuration(b'[env.prod]\naccount = "1\n')
    assert [(c.rule, c.span.line, c.message) for c in complaints] == [("CHG160", 2, "Illegal character '\\n'")]
