"""AWS's operations read from botocore's files: found in either spelling, quickly, whatever the cache holds."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from changectl.aws import modelfiles
from changectl.aws.models import operation, operations, pagination, services, token_member


@pytest.fixture(autouse=True)
def _forgotten(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process remembers of models, or other tests have kept, would hide what the cache does."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    modelfiles.calls_of.cache_clear()
    modelfiles.model_of.cache_clear()


def kept(home: Path) -> list[Path]:
    return sorted((home / ".cache" / "changectl").rglob("*.json"))


@pytest.mark.parametrize("name", ["PutRolePolicy", "put_role_policy", "put-role-policy"])
def test_an_operation_is_found_in_every_spelling(name: str) -> None:
    found = operation("iam", name)
    assert found is not None
    assert (found.service, found.name, found.members) == (
        "iam",
        "PutRolePolicy",
        ("RoleName", "PolicyName", "PolicyDocument"),
    )


@pytest.mark.parametrize(("service", "name"), [("iam", "put_roles_policy"), ("iamm", "put_role_policy"), ("..", "x")])
def test_what_does_not_exist_is_not_found(service: str, name: str) -> None:
    assert operation(service, name) is None


@pytest.mark.parametrize("name", ["describe_db_instances", "DescribeDBInstances"])
def test_capitals_inside_a_name_are_found(name: str) -> None:
    found = operation("rds", name)
    assert found is not None
    assert found.name == "DescribeDBInstances"


def test_no_two_operations_of_a_service_are_spelled_alike() -> None:
    assert {s for s in services() if len(operations(s)) != len(modelfiles.calls_of(s)["operations"])} == set()


@pytest.mark.parametrize(
    ("service", "name", "expected"),
    [("ec2", "RunInstances", "ClientToken"), ("iam", "CreateRole", ""), ("sqs", "NoSuch", "")],
)
def test_the_token_that_makes_a_repetition_harmless_is_known(service: str, name: str, expected: str) -> None:
    assert token_member(service, name) == expected


def test_paging_is_botocores() -> None:
    assert pagination("iam", "ListRoles") == {
        "input_token": "Marker",
        "limit_key": "MaxItems",
        "more_results": "IsTruncated",
        "output_token": "Marker",
        "result_key": "Roles",
    }
    assert pagination("iam", "CreateRole") == {}


def test_extras_to_a_model_are_merged() -> None:
    found = operation("rds", "CopyDBSnapshot")
    assert found is not None
    assert "SourceRegion" in found.members


def test_a_second_process_reads_the_cut_and_not_the_model(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operation("sts", "GetCallerIdentity")
    modelfiles.calls_of.cache_clear()
    monkeypatch.setattr(modelfiles, "_model", None)
    assert operation("sts", "AssumeRole") is not None
    assert [path.name for path in kept(home)] == ["sts.calls.json"]


@pytest.mark.parametrize("spoil", [b"", b"{}", b"00000000\n{}", b"no"])
def test_a_spoilt_cache_is_made_anew(home: Path, spoil: bytes) -> None:
    operation("sts", "GetCallerIdentity")
    (path,) = kept(home)
    good = path.read_bytes()
    for content in (spoil, good[:-1], good.replace(b"AssumeRole", b"AssumeRolX", 1)):
        path.write_bytes(content)
        modelfiles.calls_of.cache_clear()
        assert operation("sts", "AssumeRole") is not None
        assert path.read_bytes() == good


def test_where_nothing_can_be_kept_it_still_works(home: Path) -> None:
    (home / ".cache").write_text("not a directory")
    assert operation("sts", "AssumeRole") is not None


def test_nothing_half_written_is_left(home: Path) -> None:
    operation("sts", "AssumeRole")
    assert [path.name for path in (home / ".cache" / "changectl").rglob("*") if path.is_file()] == ["sts.calls.json"]


def test_reading_models_loads_no_botocore() -> None:
    code = (
        "import sys; from changectl.aws.models import operation; assert operation('ec2', 'run_instances');"
        "print([m for m in ('botocore', 'boto3', 'urllib3', 'ssl', 'gzip') if m in sys.modules])"
    )
    for expected in ("['gzip']", "[]"):  # the first time the model itself, then the cut of it
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_the_model_that_clients_are_made_of_is_botocores_but_for_its_words() -> None:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    for service in ("ec2", "s3", "iam", "rds", "apigateway"):
        theirs = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        ours = ServiceModel(modelfiles.model_of(service), service)
        assert (ours.metadata, ours.client_context_parameters) == (theirs.metadata, theirs.client_context_parameters)
        assert ours.operation_names == theirs.operation_names
        assert ours.shape_names == theirs.shape_names
        for name in theirs.shape_names:
            assert _plain(ours.shape_for(name)) == _plain(theirs.shape_for(name))


def _plain(shape: Any) -> Any:
    members = {n: (m.type_name, m.serialization, m.metadata) for n, m in getattr(shape, "members", {}).items()}
    return shape.type_name, shape.serialization, shape.metadata, list(members), members
