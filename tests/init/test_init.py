"""`changectl init`, and what it sets up on a forge: all that is not there, and nothing of what is."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from changectl.cli.main import run
from changectl.cli.setup.files import File, Need, lay, missing_lines, write_new
from changectl.errors import ConfigurationWrong
from changectl.planfile.config import read_configuration
from changectl.planfile.config_team import ReviewSettings

ENV = ("--account", "123456789012", "--region", "ap-southeast-2")
USES = ("--uses", "unicorn/changectl@0123456789abcdef0123456789abcdef01234567")
ADD = (
    "git add -- changectl.toml .github/workflows/changectl.yml .github/CODEOWNERS .github/pull_request_template.md "
    "changectl-aws/ && git commit -m 'Set up changectl'"
)
GITHUB = [
    "changectl.toml",
    ".github/workflows/changectl.yml",
    ".github/CODEOWNERS",
    ".github/pull_request_template.md",
    "changectl-aws/prod/read-role-trust.json",
    "changectl-aws/prod/read-role.json",
    "changectl-aws/prod/apply-role-trust.json",
    "changectl-aws/prod/apply-role.json",
    "changectl-aws/README.md",
]


class Typed:
    """What a command line wrote, and how it ended."""

    def __init__(self, captured: pytest.CaptureFixture[str], *words: str) -> None:
        captured.readouterr()
        self.status = run(["init", *words])
        self.out, self.err = captured.readouterr()

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository whose remote is on GitHub; we stand in it."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    _remote(tmp_path, "git@github.com:unicorn/rentals.git")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _remote(folder: Path, url: str) -> None:
    subprocess.run(["git", "-C", str(folder), "config", "remote.origin.url", url], check=True)


def everything(folder: Path) -> dict[str, bytes]:
    """Every file that is not git's."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# Without a forge


def test_a_production_environment_explains_how_approvals_are_proven(repo: Path, capsys: Any) -> None:
    typed = Typed(capsys, *ENV)
    assert (typed.status, typed.out) == (
        0,
        "Wrote changectl.toml.\nNext: changectl doctor\n",
    )
    text = (repo / "changectl.toml").read_text()
    for word in ("signature", "github", "identity", "allowed_signers", "read_role"):
        assert word in text
    configuration, complaints = read_configuration(text.encode())
    assert configuration is not None
    assert (complaints, configuration.review, list(configuration.envs)) == ((), ReviewSettings(), ["prod"])


def test_what_is_explained_is_right_once_it_is_no_comment_any_more(repo: Path, capsys: Any) -> None:
    Typed(capsys, *ENV)
    text = (repo / "changectl.toml").read_text()
    for way in ('by = "signature"', 'by = "github"', 'by = "identity"'):
        lines = [line.removeprefix("# ") if line.startswith(("# [review]", f"# {way}", "# repository", "# role", "# read_role"))
                 else line for line in text.splitlines()]  # fmt: skip
        configuration, complaints = read_configuration("\n".join(lines).encode())
        assert complaints == ()
        assert configuration is not None
        assert f'by = "{configuration.review.by}"' == way


def test_nothing_that_exists_is_overwritten(repo: Path, capsys: Any) -> None:
    (repo / "changectl.toml").write_text("mine")
    typed = Typed(capsys, *ENV)
    assert (typed.status, (repo / "changectl.toml").read_text()) == (3, "mine")


# GitHub


def test_a_team_on_github_is_set_up(repo: Path, capsys: Any) -> None:
    typed = Typed(capsys, "--github", *ENV, *USES, "--owners", "@unicorn/sre", "--json")
    assert (typed.status, typed.err) == (0, "")
    assert typed.document["schema"] == "changectl/init/1"
    assert (typed.document["wrote"], typed.document["kept"]) == (GITHUB, [])
    assert set(everything(repo)) == set(GITHUB)
    configuration, _ = read_configuration((repo / "changectl.toml").read_bytes())
    assert configuration is not None
    assert configuration.review == ReviewSettings("github", "unicorn/rentals")
    assert (repo / ".github" / "CODEOWNERS").read_text().splitlines()[1:] == [
        "/plans/ @unicorn/sre",
        "/changectl.toml @unicorn/sre",
        "/allowed_signers @unicorn/sre",
        "/changectl-aws/ @unicorn/sre",
        "/.github/ @unicorn/sre",
    ]
    assert (
        f"uses: unicorn/changectl/.github/actions/changectl@{USES[1].partition('@')[2]}\n"
        in (repo / ".github" / "workflows" / "changectl.yml").read_text()
    )
    steps = typed.document["next"]
    assert steps[0] == f"{ADD} && git push -u origin HEAD"
    assert steps[1] == "make the roles in AWS: changectl-aws/README.md"
    assert steps[-1] == "changectl doctor --github"


def test_where_there_is_a_branch_to_review_for_the_set_up_is_reviewed(repo: Path, capsys: Any) -> None:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@unicorn.example")
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "First"], check=True)
    typed = Typed(capsys, "--github", *ENV, *USES, "--json")
    assert typed.document["next"][:2] == [
        f"git switch -c set-up-changectl && {ADD} && git push -u origin HEAD",
        "open a pull request for it, and have it merged: until then nothing of it counts",
    ]


def test_typed_twice_it_changes_nothing(repo: Path, capsys: Any) -> None:
    Typed(capsys, "--github", *ENV, *USES)
    before = everything(repo)
    typed = Typed(capsys, "--github", *USES, "--json")
    assert (typed.status, typed.document["wrote"], typed.document["kept"]) == (0, [], GITHUB)
    assert everything(repo) == before
    assert not [step for step in typed.document["next"] if step.startswith(("git add", "add to", "let reviews"))]


def test_in_a_corner_of_a_large_repository_the_forges_files_are_at_its_root(repo: Path, capsys: Any) -> None:
    (repo / "ops" / "changes").mkdir(parents=True)
    typed = Typed(capsys, "ops/changes", "--github", *ENV, *USES, "--json")
    assert typed.status == 0
    assert [path for path in typed.document["wrote"] if not path.startswith(".github/")] == [
        f"ops/changes/{path}" for path in GITHUB if not path.startswith(".github/")
    ]
    assert "/ops/changes/plans/ @unicorn/changectl" in (repo / ".github" / "CODEOWNERS").read_text()
    assert "directory: ops/changes\n" in (repo / ".github" / "workflows" / "changectl.yml").read_text()
    assert (
        "file://ops/changes/changectl-aws/prod/"
        in (repo / "ops" / "changes" / "changectl-aws" / "README.md").read_text()
    )


@pytest.mark.parametrize("path", ["CODEOWNERS", "docs/CODEOWNERS", ".github/codeowners"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_owners_that_are_there_stay_and_their_lacking_lines_are_told(
    repo: Path, capsys: Any, path: str, end: str
) -> None:
    theirs = f"# ours{end}* @unicorn/all{end}/plans/ @unicorn/ops{end}".encode()
    (repo / path).parent.mkdir(exist_ok=True)
    (repo / path).write_bytes(theirs)
    typed = Typed(capsys, "--github", *ENV, *USES, "--owners", "@unicorn/sre", "--json")
    assert (repo / path).read_bytes() == theirs
    assert [name for name in everything(repo) if name.casefold().endswith("codeowners")] == [path]
    assert [step for step in typed.document["next"] if step.startswith("add to ")] == [
        f"add to {path}: /changectl.toml @unicorn/sre",
        f"add to {path}: /allowed_signers @unicorn/sre",
        f"add to {path}: /changectl-aws/ @unicorn/sre",
        f"add to {path}: /.github/ @unicorn/sre",
    ]


@pytest.mark.parametrize(
    "path", ["pull_request_template.md", ".github/PULL_REQUEST_TEMPLATE.md", ".github/PULL_REQUEST_TEMPLATE/a.md"]
)
def test_a_template_that_is_there_stays(repo: Path, capsys: Any, path: str) -> None:
    (repo / path).parent.mkdir(parents=True, exist_ok=True)
    (repo / path).write_text("theirs")
    Typed(capsys, "--github", *ENV, *USES)
    found = [name for name in everything(repo) if "pull_request_template" in name.casefold()]
    assert (found, (repo / path).read_text()) == ([path], "theirs")


def test_rules_that_are_there_stay_and_what_they_lack_is_told(repo: Path, capsys: Any) -> None:
    rules = b'[env.live]\r\naccount = "123456789012"\r\nregions = ["eu-west-1"]\r\n'
    (repo / "changectl.toml").write_bytes(rules)
    typed = Typed(capsys, "--github", *USES, "--json")
    assert (repo / "changectl.toml").read_bytes() == rules
    assert "changectl-aws/live/read-role-trust.json" in typed.document["wrote"]
    wanted = 'let reviews be the approvals, in changectl.toml: [review], by = "github", repository = "unicorn/rentals"'
    assert wanted in typed.document["next"]


def test_without_production_there_are_no_roles(repo: Path, capsys: Any) -> None:
    (repo / "changectl.toml").write_text(
        '[env.dev]\naccount = "123456789012"\nregions = ["eu-west-1"]\nproduction = false\n'
    )
    typed = Typed(capsys, "--github", *USES, "--json")
    assert [path for path in typed.document["wrote"] if "aws" in path] == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--gitlab",), 2, "a team reviews in one place"),
        (("--owners", "sre"), 2, "owns no code"),
        (("--owners", "@a $(touch canary)"), 2, "owns no code"),
        (("--ids", "x"), 2, "is not two numbers"),
        (("--uses", "changectl"), 2, "does not say where CI gets changectl"),
        (("--repository", "rentals"), 2, "does not say which repository"),
        (("--env", "e" * 41), 2, "cannot be part of a role's name"),
        (("--env", "../x"), 2, "error: "),
        (("--account", "1"), 2, "twelve digits"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    repo: Path, capsys: Any, words: tuple[str, ...], status: int, said: str
) -> None:
    given = [*ENV, *USES, "--github", *words]
    typed = Typed(capsys, *given)
    assert (typed.status, said in typed.err) == (status, True), typed.err
    assert everything(repo) == {}


@pytest.mark.parametrize(
    "url", ["file:///srv/rentals.git", "ext::sh -c 'touch canary'", "https://u:s3cret@github.com/x"]
)
def test_a_remote_that_names_no_repository_is_refused(repo: Path, capsys: Any, url: str) -> None:
    _remote(repo, url)
    typed = Typed(capsys, "--github", *ENV, *USES)
    assert (typed.status, "--repository OWNER/NAME" in typed.err, "s3cret" in typed.err) == (2, True, False)
    assert everything(repo) == {}


def test_outside_of_a_repository_it_is_refused(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    typed = Typed(capsys, "--github", *ENV, *USES)
    assert (typed.status, everything(tmp_path)) == (3, {})


def test_numbers_of_the_repository_go_into_the_trust(repo: Path, capsys: Any) -> None:
    Typed(capsys, "--github", *ENV, *USES, "--ids", "7/42")
    trust = (repo / "changectl-aws" / "prod" / "read-role-trust.json").read_text()
    assert '"repo:unicorn@7/rentals@42:pull_request"' in trust
    assert "since July 2026" not in (repo / "changectl-aws" / "README.md").read_text()


def test_every_policy_is_json_and_named_in_the_commands(repo: Path, capsys: Any) -> None:
    Typed(capsys, "--github", *ENV, *USES)
    page = (repo / "changectl-aws" / "README.md").read_text()
    for path in (repo / "changectl-aws" / "prod").glob("*.json"):
        assert json.loads(path.read_text())["Version"] == "2012-10-17"
        assert f"file://changectl-aws/prod/{path.name}" in page
    script = page.partition("```sh\n")[2].partition("```")[0]
    assert subprocess.run(["sh", "-n"], input=script, text=True).returncode == 0


# GitLab


def test_a_team_on_gitlab_is_set_up(repo: Path, capsys: Any) -> None:
    _remote(repo, "https://gitlab.com/unicorn/ops/rentals.git")
    typed = Typed(capsys, "--gitlab", *ENV, *USES, "--json")
    assert typed.document["wrote"][:5] == [
        "changectl.toml",
        ".gitlab/changectl.yml",
        ".gitlab-ci.yml",
        ".gitlab/CODEOWNERS",
        ".gitlab/merge_request_templates/Default.md",
    ]
    configuration, _ = read_configuration((repo / "changectl.toml").read_bytes())
    assert configuration is not None
    assert configuration.review == ReviewSettings("gitlab", "unicorn/ops/rentals")
    assert typed.document["next"][-1] == "changectl doctor --gitlab"


def test_a_pipeline_that_is_there_stays_and_the_line_to_add_is_told(repo: Path, capsys: Any) -> None:
    _remote(repo, "git@git.unicorn.example:ops/rentals.git")
    (repo / ".gitlab-ci.yml").write_text("include:\n  - project: ops/ci\n    file: all.yml\ntest:\n  script: make\n")
    typed = Typed(capsys, "--gitlab", *ENV, *USES, "--json")
    assert "make" in (repo / ".gitlab-ci.yml").read_text()
    assert "add to .gitlab-ci.yml: - local: .gitlab/changectl.yml" in typed.document["next"]
    assert 'api = "https://git.unicorn.example/api/v4"' in (repo / "changectl.toml").read_text()


# Files


def test_a_link_that_leads_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".github").symlink_to(outside)
    with pytest.raises(ConfigurationWrong, match="leads out of"):
        lay(root, [File(".github/CODEOWNERS", "x")])
    assert list(outside.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "changectl.toml").write_text("theirs")
    with pytest.raises(ConfigurationWrong, match="cannot be written: File exists"):
        write_new(tmp_path, "changectl.toml", "ours")
    assert (tmp_path / "changectl.toml").read_text() == "theirs"


def test_a_link_that_leads_nowhere_is_left(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").symlink_to("nowhere")
    assert lay(tmp_path, [File("CODEOWNERS", "x")]).kept == ("CODEOWNERS",)


def test_a_file_where_a_folder_must_be_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / ".github").write_text("")
    with pytest.raises(ConfigurationWrong, match="cannot be written"):
        lay(tmp_path, [File(".github/workflows/x.yml", "x")])


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("", ("/a x", "/b y")),
        ("/a other\r\n\r\n/b\r\n", ()),
        ("# /a x\n", ("/a x", "/b y")),
        ("  - local: '/a'\n", ("/b y",)),
        ("/ab x\n", ("/a x", "/b y")),
    ],
)
def test_a_line_is_there_if_its_word_stands_in_one(text: str, lacking: tuple[str, ...]) -> None:
    assert missing_lines(text, (Need("/a", "/a x"), Need("/b", "/b y"))) == lacking
