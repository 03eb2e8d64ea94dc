"""Who looks at production for a pull request: whoever may only read, and never the role that applies."""

import json

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import previewing
from changectl.cli.ci_preview import is_session_of
from changectl.cli.ground import Signed, signed_in
from changectl.planfile.config import Env
from tests.ci.conftest import PLAN, Place

READ = f"arn:aws:iam::{ACCOUNT}:role/ops/changectl-read"
APPLY = f"arn:aws:iam::{ACCOUNT}:role/changectl-apply"
TOML = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
profile = "rentals-prod"
role = "{apply}"
{read}
"""


@pytest.mark.parametrize("read", [READ, ""])
def test_a_job_reads_by_the_role_for_reading_and_without_a_profile(
    place: Place,
    unicorn_rentals: str,
    monkeypatch: pytest.MonkeyPatch,
    read: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    used: list[tuple[str, str]] = []

    def watched(env: Env, *rest: str, **more: str) -> Signed:
        used.append((env.role, env.profile))
        return signed_in(env, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(previewing, "signed_in", watched)
    toml = TOML.format(
        account=ACCOUNT,
        region=REGION,
        endpoint=unicorn_rentals,
        apply=APPLY,
        read=f'read_role = "{read}"' if read else "",
    )
    request = place(more={"changectl.toml": toml})
    head = request.head({"plans/x.yaml": PLAN})
    event = tmp_path_factory.mktemp("job") / "event.json"
    event.write_text(json.dumps({"before": request.base, "after": head}))
    job = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "unicorn/rentals", "GITHUB_EVENT_NAME": "push"}
    numbers = {"GITHUB_RUN_ID": "1", "GITHUB_RUN_NUMBER": "1", "GITHUB_RUN_ATTEMPT": "1"}
    for name, value in {**job, **numbers, "GITHUB_EVENT_PATH": str(event)}.items():
        monkeypatch.setenv(name, value)
    ended = request.type("ci", "--json")
    assert json.loads(ended.out)["plans"][0]["preview"] is not None
    assert used == [(read, "")]


@pytest.mark.parametrize(
    ("caller", "same"),
    [
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/changectl-read/GitHubActions", True),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/changectl-read-more/GitHubActions", False),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/changectl-apply/changectl-read", False),
        ("arn:aws:sts::999999999999:assumed-role/changectl-read/x", False),
        (f"arn:aws:iam::{ACCOUNT}:user/changectl-read", False),
        ("", False),
    ],
)
def test_whoever_has_the_role_already_does_not_assume_it_again(caller: str, same: bool) -> None:
    assert is_session_of(caller, READ) is same
