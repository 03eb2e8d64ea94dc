"""Which operations read: the exceptions are real, and new suspects among botocore's show themselves."""

import gzip
import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from changectl.aws import reads
from changectl.aws.models import operation, services
from changectl.aws.reads import is_read

TABLES = (
    reads._TAKES_FROM_A_QUEUE,
    reads._STARTS_OR_MAKES_SOMETHING,
    reads._LETS_SOMEBODY_WRITE,
    reads._ALSO_READS,
)

LOOKED_AT = {
    "apigateway.GetModelTemplate",
    "apigateway.GetSdk",
    "ce.GetRightsizingRecommendation",
    "codeartifact.GetAuthorizationToken",
    "cognito-idp.ListWebAuthnCredentials",
    "ec2.GetFlowLogsIntegrationTemplate",
    "emr-serverless.GetDashboardForJobRun",
    "glue.GetMapping",
    "lookoutequipment.ListModelVersions",
    "lookoutequipment.ListModels",
    "marketplace-reporting.GetBuyerDashboard",
    "observabilityadmin.GetConnectorTelemetrySetup",
    "payment-cryptography.GetCertificateSigningRequest",
    "quicksight.DescribeTopicRefreshSchedule",
    "secretsmanager.GetRandomPassword",
    "socialmessaging.GetWhatsAppFlowPreview",
    "ssm.GetExecutionPreview",
    "ssm.ListNodesSummary",
    "workmail.ListAliases",
}
"""Their documentation begins with a verb of change, and yet they only compute an answer."""

_CHANGES = re.compile(
    r"\W*(Creates?|Generates?|Starts?|Initiates?|Updates?|Deletes?|Registers?|Resets?|Sets?|Marks?|Removes?|Assigns?"
    r"|Allocates?|Issues?|Vends?|Submits?|Begins?|Runs?|Executes?|Publishes?|Adds?|Locks?|Leases?)\b"
)


@pytest.mark.parametrize(
    ("service", "name", "expected"),
    [
        ("ec2", "DescribeInstances", True),
        ("dynamodb", "BatchGetItem", True),
        ("dynamodb", "Query", True),
        ("s3", "HeadObject", True),
        ("s3", "SelectObjectContent", True),
        ("iam", "GetRole", True),
        ("iam", "SimulatePrincipalPolicy", True),
        ("ec2", "RunInstances", False),
        ("sqs", "ReceiveMessage", False),
        ("sts", "AssumeRole", False),
        ("sts", "GetFederationToken", False),
        ("sts", "GetCallerIdentity", True),
        ("stepfunctions", "GetActivityTask", False),
        ("glacier", "ListJobs", True),
        ("lightsail", "GetawayPlan", False),
        ("ecs", "Listen", False),
        ("any", "DoSomethingNew", False),
    ],
)
def test_reading_is_known_by_name_and_by_exception(service: str, name: str, expected: bool) -> None:
    assert is_read(service, name) is expected


def test_every_exception_names_an_operation_that_exists() -> None:
    named = {(service, name) for table in TABLES for service, names in table.items() for name in names}
    assert {(service, name) for service, name in named if operation(service, name) is None} == set()


def test_every_reading_name_whose_documentation_says_otherwise_has_been_looked_at() -> None:
    suspects = {
        f"{service}.{name}"
        for service in services()
        for name, text in documentation(service)
        if is_read(service, name) and name not in reads._ALSO_READS.get(service, ()) and _CHANGES.match(text)
    }
    assert suspects == LOOKED_AT


def documentation(service: str) -> list[tuple[str, str]]:
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    (*_, path) = sorted((Path(spec.origin).parent / "data" / service).glob("*/service-2.json.gz"))
    with gzip.open(path) as text:
        model: Any = json.load(text)
    return [(n, re.sub("<[^>]+>", " ", o.get("documentation", ""))) for n, o in model["operations"].items()]
