"""Where this program was installed from, so that CI can take the very same: what pip wrote down, or the checkout's remote."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from changectl.cli.setup.home import Source, home_of
from changectl.errors import ChangectlError
from changectl.register.git import ask
from changectl.register.host import url_of
from changectl.register.repository import repository


def installed_from() -> Source | None:
    """The repository and the commit; None where nobody wrote them down (PEP 610), as after an install from an index."""
    try:
        said = distribution("changectl").read_text("direct_url.json")
        return source_in(json.loads(said)) if said else None
    except (PackageNotFoundError, ValueError, ChangectlError):
        return None


def source_in(direct: Any) -> Source | None:
    """What a `direct_url.json` says. Raises WrongUsage, ConfigurationWrong where its checkout is of no use."""
    if not isinstance(direct, dict):
        return None
    url, vcs = str(direct.get("url", "")), direct.get("vcs_info")
    if isinstance(vcs, dict) and vcs.get("vcs") == "git":
        return _at(url, str(vcs.get("commit_id", "")))
    if urlsplit(url).scheme != "file":
        return None
    checkout = repository(Path(unquote(urlsplit(url).path)))
    head = ask(checkout.root, "rev-parse", "--verify", "--quiet", "HEAD").out.decode().strip()
    return _at(url_of(checkout), head) if checkout.remote and head else None


def _at(url: str, commit: str) -> Source:
    home = home_of(url, "github")
    return Source(home.host, home.repository, commit)
