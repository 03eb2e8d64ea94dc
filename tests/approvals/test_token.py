"""Without a token it is said which one is wanted, by the words of the forge that is asked."""

import pytest

from changectl.cli.forge import forge_of
from changectl.errors import ForgeFailed
from changectl.planfile.config_team import ReviewSettings


@pytest.mark.parametrize(
    ("by", "hint"),
    [("github", "export GH_TOKEN=…, or: gh auth login"), ("gitlab", "export GITLAB_TOKEN=…")],
)
def test_the_hint_is_of_the_forge_that_is_asked(by: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ForgeFailed) as failed:
        forge_of(ReviewSettings(by, "unicorn/rentals"))
    assert failed.value.hint == hint
