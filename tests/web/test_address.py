"""Addresses below one API: they are made of quoted parts, and lead nowhere else."""

import pytest

from changectl.errors import ForgeFailed
from changectl.web.address import address, checked_api, follows, next_page, path

API = "https://git.example.com/api/v4"


@pytest.mark.parametrize(
    "api", ["https://api.github.com", API, "http://127.0.0.1:8080/api", "http://localhost", "http://[::1]:8080"]
)
def test_an_api_is_reached_by_tls_or_on_this_machine(api: str) -> None:
    assert (checked_api("GitHub", api), checked_api("GitHub", f"{api}/")) == (api, api)


@pytest.mark.parametrize(
    "api",
    [
        "",
        "git.example.com",
        "ftp://git.example.com",
        "file:///etc/passwd",
        "http://git.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://127.1.evil",
        "https://",
        "https://[::1",
        "https://git.example.com:port",
        "https://token@git.example.com",
        "https://git.example.com/?next=",
        "https://git.example.com/#x",
        "https://git.example.com/\r\nX: y",
        "https://git.example.com/ x",
    ],
)
def test_what_is_no_address_of_an_api_is_refused(api: str) -> None:
    with pytest.raises(ForgeFailed, match=r"is no address|by plain http"):
        checked_api("GitHub", api)


def test_each_part_of_a_path_stays_one_part() -> None:
    assert path("a/b", "ü ?#%2F", 7, "..x") == "/a%2Fb/%C3%BC%20%3F%23%252F/7/..x"


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_part_that_would_lead_elsewhere_is_refused(part: str) -> None:
    with pytest.raises(ForgeFailed, match="is no name on a forge"):
        path("repos", part)


def test_parameters_are_quoted_and_empty_ones_left_out() -> None:
    assert address(API, "/x", {"ref": "a&b=c", "n": 1, "none": ""}) == f"{API}/x?ref=a%26b%3Dc&n=1"


@pytest.mark.parametrize(
    "to",
    [
        f"{API}/projects/1?page=2",
        "/api/v4/projects/1?page=2",
        "?page=2",
        "HTTPS://GIT.EXAMPLE.COM/api/v4/x",
        f"{API}/a..b/...",
        f"{API}/x?next=../..",
    ],
)
def test_what_stays_below_the_api_is_followed(to: str) -> None:
    assert follows(API, f"{API}/projects", to) is not None


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/api/v4/x",
        "//evil.example/api/v4/x",
        "http://git.example.com/api/v4/x",
        "https://git.example.com:8443/api/v4/x",
        "https://git.example.com.evil.example/api/v4/x",
        "https://git.example.com@evil.example/api/v4/x",
        "https://evil.example\\@git.example.com/api/v4/x",
        "https://ana@git.example.com/api/v4/x",
        "https://git.example.com/api/v41/x",
        "https://git.example.com/unicorn/raw/x",
        f"{API}/../../unicorn",
        f"{API}/%2e%2e/%2E%2E/unicorn",
        f"{API}/%252e%252e/x",
        f"{API}/..%2f..%2funicorn",
        f"{API}/..\\..\\unicorn",
        "https://[::1",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_leads_away_from_the_api_is_not(to: str) -> None:
    assert follows(API, "https://git.example.com/", to) is None


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("", None),
        ('<https://a/?page=2>; rel="next"', "https://a/?page=2"),
        ('<https://a/1>; rel="prev", <https://a/3>; rel="next", <https://a/9>; rel="last"', "https://a/3"),
        ("<https://a/?a=1,2>; rel=next", "https://a/?a=1,2"),
        ('<https://a/2>; title="x"; REL="prev Next"', "https://a/2"),
        ('<https://a/9>; rel="last"', None),
        ('<https://a/9>; rel="nextish"', None),
        ("<https://a/9>; rel=nextish", None),
        ('<https://a/9>; xrel="last"; rel="first"', None),
        ("nonsense", None),
    ],
)
def test_the_next_page_is_read_from_the_link(link: str, target: str | None) -> None:
    assert next_page(link) == target
