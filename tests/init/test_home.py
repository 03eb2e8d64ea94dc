"""Where a repository lives is read from any URL that git takes; where changectl came from, from what pip wrote down."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from changectl.cli.setup.home import Home, Source, home_in, home_of, named_home, source_of
from changectl.cli.setup.installed import source_in
from changectl.errors import WrongUsage
from changectl.planfile.config import read_configuration


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/unicorn/rentals",
        "https://github.com/unicorn/rentals.git",
        "https://github.com/unicorn/rentals.git/",
        "https://ana:s3cret@github.com/unicorn/rentals.git",
        "http://github.com:8080/unicorn/rentals",
        "ssh://git@github.com/unicorn/rentals.git",
        "ssh://git@github.com:22/unicorn/rentals.git",
        "ssh://git@ssh.github.com:443/unicorn/rentals.git",
        "git+ssh://git@github.com/unicorn/rentals",
        "git://github.com/unicorn/rentals.git",
        "git@github.com:unicorn/rentals.git",
        "git@github.com:unicorn/rentals",
        "github.com:unicorn/rentals.git",
        "org-1234@GitHub.com:unicorn/rentals.git",
    ],
)
def test_every_spelling_of_a_url_is_the_same_home(url: str) -> None:
    assert home_of(url, "github") == Home("github", "github.com", "unicorn/rentals")


@pytest.mark.parametrize(
    ("url", "forge", "home", "api", "issuer"),
    [
        (
            "git@git.unicorn.example:ops/rentals.git", "github",
            Home("github", "git.unicorn.example", "ops/rentals"),
            "https://git.unicorn.example/api/v3", "git.unicorn.example/_services/token",
        ),
        (
            "https://unicorn.ghe.com/ops/rentals", "github",
            Home("github", "unicorn.ghe.com", "ops/rentals"),
            "https://api.unicorn.ghe.com", "token.actions.unicorn.ghe.com",
        ),
        (
            "https://gitlab.com/unicorn/ops/rentals.git", "gitlab",
            Home("gitlab", "gitlab.com", "unicorn/ops/rentals"),
            "", "gitlab.com",
        ),
        (
            "ssh://git@git.unicorn.example:2222/unicorn/ops/rentals.git", "gitlab",
            Home("gitlab", "git.unicorn.example", "unicorn/ops/rentals"),
            "https://git.unicorn.example/api/v4", "git.unicorn.example",
        ),
    ],
)  # fmt: skip
def test_a_host_of_ones_own_has_its_own_api_and_issuer(url: str, forge: str, home: Home, api: str, issuer: str) -> None:
    found = home_of(url, forge)
    assert (found, found.api, found.issuer) == (home, api, issuer)
    assert home_in(forge, home.repository, api) == home
    rules = f'[review]\nby = "{forge}"\nrepository = "{home.repository}"\n' + (f'api = "{api}"\n' if api else "")
    assert read_configuration(rules.encode())[1] == ()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///srv/git/rentals.git",
        "/srv/git/rentals.git",
        "../rentals.git",
        "ext::sh -c 'touch canary'",
        "https://github.com/rentals",
        "https://github.com/a/b/c",
        "https://github.com/unicorn/../etc",
        "https://github.com/unicorn/ren$(touch canary)tals",
        "https://github.com/unicorn/ren\ntals",
        'https://github.com/unicorn/ren"tals',
        "https://git hub.com/unicorn/rentals",
        "https://[::1/unicorn/rentals",
        "-oProxyCommand=touch:unicorn/rentals",
        "git@github.com:unicorn/${{ github.token }}",
    ],
)
def test_a_url_that_names_no_repository_is_refused_and_shows_no_password(url: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        home_of(url, "github")
    assert refused.value.hint == "name it: --repository OWNER/NAME"
    with pytest.raises(WrongUsage) as refused:
        home_of("https://ana:s3cret@github.com/x", "github")
    assert "s3cret" not in refused.value.sentence


def test_a_repository_can_be_named() -> None:
    assert named_home("unicorn/rentals", "github") == Home("github", "github.com", "unicorn/rentals")
    assert named_home("git.unicorn.example/ops/rentals", "github") == Home(
        "github", "git.unicorn.example", "ops/rentals"
    )
    assert named_home("unicorn/ops/rentals", "gitlab") == Home("gitlab", "gitlab.com", "unicorn/ops/rentals")


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("unicorn/changectl@v1", Source("github.com", "unicorn/changectl", "v1")),
        (
            "https://git.unicorn.example/ops/changectl@0123abc",
            Source("git.unicorn.example", "ops/changectl", "0123abc"),
        ),
        ("https://github.com/unicorn/changectl.git@main", Source("github.com", "unicorn/changectl", "main")),
    ],
)
def test_where_ci_takes_changectl_from_can_be_said(said: str, source: Source) -> None:
    assert source_of(said) == source


@pytest.mark.parametrize(
    "said",
    ["", "changectl", "unicorn/changectl", "unicorn/changectl@", "a/b@-x", "a/b@x y", "a b/c@d", "a/b@.."],
)
def test_what_says_no_such_place_is_refused(said: str) -> None:
    with pytest.raises(WrongUsage):
        source_of(said)


def test_it_is_known_from_how_it_was_installed(tmp_path: Path) -> None:
    vcs = {"url": "https://github.com/unicorn/changectl.git", "vcs_info": {"vcs": "git", "commit_id": "0123abc"}}
    assert source_in(vcs) == Source("github.com", "unicorn/changectl", "0123abc")
    checkout = tmp_path / "check out"
    git: Any = lambda *args: subprocess.run(["git", "-C", str(checkout), *args], check=True, capture_output=True)  # noqa: E731
    checkout.mkdir()
    git("init", "-q")
    git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x")
    here = {"url": checkout.as_uri(), "dir_info": {"editable": True}}
    assert source_in(here) is None
    git("remote", "add", "origin", "git@github.com:unicorn/changectl.git")
    head = git("rev-parse", "HEAD").stdout.decode().strip()
    assert source_in(here) == Source("github.com", "unicorn/changectl", head)


@pytest.mark.parametrize(
    "direct", [None, {}, {"url": "https://files.example/changectl.whl", "archive_info": {}}, [], "x"]
)
def test_an_install_from_an_index_says_nothing(direct: Any) -> None:
    assert source_in(direct) is None
