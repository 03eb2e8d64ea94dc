"""Where a team's repository lives, read from its remote's URL; and where changectl itself was taken from."""

import re
from urllib.parse import urlsplit

from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.text import one_line

USUAL = {"github": "github.com", "gitlab": "gitlab.com"}

_SCP = re.compile(r"(?:[^\s@/:]+@)?(?P<host>[A-Za-z0-9.-]+):(?!/?/)(?P<path>\S+)")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*", re.ASCII)
_PATH = re.compile(r"(?!\.)[A-Za-z0-9_.-]{1,100}(?:/(?!\.)[A-Za-z0-9_.-]{1,100}){1,20}", re.ASCII)
_SOURCE = re.compile(r"(?:https://(?P<host>[A-Za-z0-9.-]+)/)?(?P<path>[^@\s]+)@(?P<ref>(?!-)[A-Za-z0-9._/-]{1,100})")
_SSH_OVER_443 = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}


@dataclass(frozen=True, slots=True)
class Home:
    """A repository on a forge: `forge` is its key, `repository` its `owner/name`."""

    forge: str
    host: str
    repository: str

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.repository.partition("/")[0]

    @property
    def api(self) -> str:
        """Where the forge is asked; "" where that is its usual place."""
        if self.host == USUAL[self.forge]:
            return ""
        if self.host.endswith(".ghe.com"):
            return f"https://api.{self.host}"
        return f"https://{self.host}/api/{'v3' if self.forge == 'github' else 'v4'}"

    @property
    def issuer(self) -> str:
        """Who signs the identity of a job of its CI, as IAM names it: without https://."""
        if self.forge == "gitlab":
            return self.host
        if self.host == USUAL["github"]:
            return "token.actions.githubusercontent.com"
        if self.host.endswith(".ghe.com"):
            return f"token.actions.{self.host}"
        return f"{self.host}/_services/token"


@dataclass(frozen=True, slots=True)
class Source:
    """Where CI gets changectl: a repository at a commit or a tag."""

    host: str
    repository: str
    ref: str

    @property
    def requirement(self) -> str:
        """As pip names it."""
        return f"changectl @ git+https://{self.host}/{self.repository}@{self.ref}"


def home_of(url: str, forge: str) -> Home:
    """The home that a remote's URL means: https, ssh, or `git@host:owner/name`. Raises WrongUsage."""
    host, path = _parts(url)
    path = re.sub(r"(\.git)?/*$", "", path.strip("/"))
    if (
        not url.isprintable()
        or not _HOST.fullmatch(host)
        or not _PATH.fullmatch(path)
        or (forge == "github" and path.count("/") != 1)
    ):
        raise WrongUsage(
            f"the remote's URL {one_line(_shown(url), 100)!r} does not say which repository of {forge} it is",
            "name it: --repository OWNER/NAME",
        )
    return Home(forge, _SSH_OVER_443.get(host.lower(), host.lower()), path)


def home_in(forge: str, repository: str, api: str) -> Home:
    """The home that [review] of a changectl.toml means, whose `api` is "" for the usual one."""
    host = (urlsplit(api).hostname or "").lower()
    if host.endswith(".ghe.com"):
        host = host.removeprefix("api.")
    usual = USUAL.get(forge, forge)
    return Home(forge, usual if host in ("", f"api.{usual}") else host, repository)


def named_home(repository: str, forge: str) -> Home:
    """The home of `owner/name` or `host/owner/name`. Raises WrongUsage."""
    first, _, rest = repository.partition("/")
    has_host = "." in first and "/" in rest
    url = f"https://{repository}" if has_host else f"https://{USUAL[forge]}/{repository}"
    return home_of(url, forge)


def source_of(said: str) -> Source:
    """`OWNER/NAME@REF`, or `https://HOST/OWNER/NAME@REF`. Raises WrongUsage."""
    found = _SOURCE.fullmatch(said)
    path = re.sub(r"\.git$", "", found["path"]) if found else ""
    if found is None or not _PATH.fullmatch(path) or ".." in found["ref"]:
        example = "--uses OWNER/changectl@COMMIT"
        raise WrongUsage(f"{one_line(said, 100)!r} does not say where CI gets changectl", example)
    return Source((found["host"] or USUAL["github"]).lower(), path, found["ref"])


def _parts(url: str) -> tuple[str, str]:
    if "://" in url:
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("https", "http", "ssh", "git", "git+ssh")
            return (parts.hostname or "", parts.path) if known else ("", "")
        except ValueError:
            return "", ""
    found = _SCP.fullmatch(url)
    return (found["host"], found["path"]) if found else ("", "")


def _shown(url: str) -> str:
    """Without the password that some keep in it."""
    return re.sub(r"//[^/@]*@", "//", url)
