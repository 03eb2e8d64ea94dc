"""Parameters checked offline: each mistake is told at its place, and no secret stands in a plan."""

import pytest

from changectl.aws.models import operation
from changectl.aws.params import complaints_about, json_texts
from changectl.model.node import Complaints
from changectl.planfile.yaml import read_yaml


def complaints(call: str, text: str) -> list[tuple[str, str, int, int]]:
    """(rule, sentence and help, line, column) of each."""
    service, name = call.split(".")
    found = operation(service, name)
    told = Complaints()
    node = read_yaml(text.encode(), told)
    assert found is not None
    assert node is not None, told.found
    complaints_about(found, node, told)
    return [(c.rule, "; ".join(filter(None, (c.message, c.help))), c.span.line, c.span.column) for c in told.found]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("iam.put_role_policy", "{RoleName: r, PolicyName: p, PolicyDocument: '{}'}"),
        ("iam.put_role_policy", "{RoleName: r, PolicyName: p, PolicyDocument: {Version: 2012-10-17, Statement: []}}"),
        (
            "iam.put_role_policy",
            "{RoleName: {$ref: iam-role/r}, PolicyName: {$result: a.B}, PolicyDocument: {$secret: P}}",
        ),
        ("sqs.set_queue_attributes", "{QueueUrl: u, Attributes: {Policy: {Statement: []}, DelaySeconds: '5'}}"),
        ("ec2.modify_volume", "{VolumeId: vol-1, Size: {$result: step.Size}}"),
        ("ec2.create_launch_template", "{LaunchTemplateName: abc, LaunchTemplateData: {InstanceType: t3.micro}}"),
        ("dynamodb.put_item", "{TableName: abc, Item: {id: {S: x}, tags: {L: [{M: {n: {N: '1'}}}]}}}"),
        (
            "cloudwatch.put_metric_alarm",
            "{AlarmName: a, EvaluationPeriods: 1, ComparisonOperator: LessThanThreshold, Threshold: 0.5}",
        ),
        ("ssm.put_parameter", "{Name: /rate, Value: '120', Type: String, Overwrite: true}"),
        ("ssm.put_parameter", "{Name: /rate, Value: {$secret: RATE}, Type: SecureString}"),
        ("rds.modify_db_instance", "{DBInstanceIdentifier: r, MasterUserPassword: {$secret: DB_PASSWORD}}"),
        (
            "codebuild.update_project",
            ("{name: ab, environment: {type: LINUX_CONTAINER, image: i, computeType: BUILD_GENERAL1_SMALL, "
            "environmentVariables: [{name: TOKEN, value: /ci/token, type: PARAMETER_STORE}]}}"),
        ),
        (
            "secretsmanager.put_secret_value",
            "{SecretId: s, SecretString: {user: {$secret: USER}, password: {$secret: PASSWORD}}}",
        ),
        ("kms.encrypt", "{KeyId: k, Plaintext: {$secret: TEXT}}"),
        (
            "ecs.register_task_definition",
            "{family: f, containerDefinitions: [{name: a, environment: [{name: A, value: {$secret: A}}]}]}",
        ),
        (
            "s3.put_bucket_encryption",
            ("{Bucket: b, ServerSideEncryptionConfiguration: {Rules: [{ApplyServerSideEncryptionByDefault: "
            "{SSEAlgorithm: 'aws:kms', KMSMasterKeyID: k}}]}}"),
        ),
        ("stepfunctions.update_state_machine", "{stateMachineArn: a, definition: {StartAt: A, States: {}}}"),
        ("logs.create_export_task", "{logGroupName: g, fromTime: 1, to: 2, destination: bucket}"),
        ("ec2.run_instances", "{MinCount: 1, MaxCount: 1, ImageId: ami-1}"),
        ("sts.get_caller_identity", "{}"),
    ],
)  # fmt: skip
def test_what_aws_takes_is_not_complained_of(call: str, text: str) -> None:
    assert complaints(call, text) == []


@pytest.mark.parametrize(
    ("call", "text", "expected"),
    [
        (
            "ssm.delete_parameter",
            "{Nmae: /rate}",
            [
                ("CHG304", 'ssm.DeleteParameter has no "Nmae" here; did you mean "Name"?', 1, 2),
                ("CHG305", '"Name" is missing: ssm.DeleteParameter needs it', 1, 1),
            ],
        ),
        (
            "ssm.put_parameter",
            "Name: /rate\nValue: 120\nType: String\n",
            [("CHG303", '"Value" is text, and here is the number 120; "120" with quotes is text', 2, 8)],
        ),
        (
            "ec2.modify_volume",
            "{VolumeId: vol-1, Size: big}",
            [("CHG303", '"Size" is a whole number, and here is "big"', 1, 25)],
        ),
        (
            "ec2.modify_volume",
            "{VolumeId: vol-1, Size: {$secret: SIZE}}",
            [("CHG303", '"Size" is a whole number, and $secret gives text', 1, 25)],
        ),
        (
            "ec2.authorize_security_group_ingress",
            "GroupId: sg-1\nIpPermissions:\n  - IpProtocol: tcp\n    FromPort: '443'\n    IpRanges: [{Cidr: 10.0.0.0/8}]\n",
            [
                ("CHG303", '"FromPort" is a whole number, and here is "443"', 4, 15),
                ("CHG304", 'ec2.AuthorizeSecurityGroupIngress has no "Cidr" here; did you mean "CidrIp"?', 5, 17),
            ],
        ),
        (
            "elbv2.create_target_group",
            "{Name: t, Protocol: HTP}",
            [
                (
                    "CHG306",
                    '"Protocol" cannot be "HTP"; did you mean "HTTP"?',
                    1,
                    21,
                )
            ],
        ),
        (
            "logs.delete_log_group",
            "{logGroupName: ''}",
            [("CHG307", '"logGroupName" takes 1 to 512 characters, and here: 0 characters', 1, 16)],
        ),
        (
            "autoscaling.put_scaling_policy",
            "{AutoScalingGroupName: a, PolicyName: p, MinAdjustmentMagnitude: true}",
            [("CHG303", '"MinAdjustmentMagnitude" is a whole number, and here is true; "true" with quotes is text', 1, 66)],
        ),
        (
            "kms.encrypt",
            "{KeyId: k, CiphertextBlob: '%'}",
            [
                ("CHG304", 'kms.Encrypt has no "CiphertextBlob" here', 1, 12),
                ("CHG305", '"Plaintext" is missing: kms.Encrypt needs it', 1, 1),
            ],
        ),
        ("iam.delete_role", "[a]", [("CHG303", "parameters are a mapping, and here is a list", 1, 1)]),
        ("sts.get_caller_identity", "{A: 1}", [("CHG304", 'sts.GetCallerIdentity has no "A" here', 1, 2)]),
        (
            "amp.update_logging_configuration",
            "[]",
            [("CHG303", "parameters are a mapping, and here is a list", 1, 1)],
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(call: str, text: str, expected: list[object]) -> None:
    assert complaints(call, text) == expected


def test_a_value_that_botocore_does_not_know_yet_is_a_warning_in_a_long_list() -> None:
    told = Complaints()
    found = operation("ec2", "run_instances")
    node = read_yaml(b"{MinCount: 1, MaxCount: 1, InstanceType: z99.huge}", told)
    assert found is not None
    assert node is not None
    complaints_about(found, node, told)
    assert [(c.rule, c.severity) for c in told.found] == [("CHG306", "warning")]


@pytest.mark.parametrize(
    ("call", "text", "column"),
    [
        ("ssm.put_parameter", "{Name: /p, Type: SecureString, Value: hunter22}", 39),
        ("ssm.put_parameter", "{Name: /p, Overwrite: true, Value: hunter22}", 36),
        ("rds.modify_db_instance", "{DBInstanceIdentifier: r, MasterUserPassword: hunter22}", 47),
        ("docdb.modify_db_cluster", "{DBClusterIdentifier: r, MasterUserPassword: hunter22}", 46),
        ("elasticache.modify_replication_group", "{ReplicationGroupId: r, AuthToken: hunter22}", 36),
        ("ec2.modify_instance_attribute", "{InstanceId: i-1, UserData: {Value: aHVudGVyMjI=}}", 37),
        ("ec2.run_instances", "{MinCount: 1, MaxCount: 1, UserData: hunter22}", 38),
        ("autoscaling.create_launch_configuration", "{LaunchConfigurationName: a, UserData: hunter22}", 40),
        (
            "lambda.update_function_configuration",
            "{FunctionName: f, Environment: {Variables: {A: hunter22, B: b}}}",
            48,
        ),
        (
            "codebuild.update_project",
            ("{name: ab, environment: {type: LINUX_CONTAINER, image: i, computeType: BUILD_GENERAL1_SMALL, "
            "environmentVariables: [{name: A, value: hunter22}]}}"),
            134,
        ),
        (
            "secretsmanager.put_secret_value",
            "{SecretId: s, SecretString: {user: {$secret: U}, password: hunter22}}",
            60,
        ),
        ("iam.upload_server_certificate", "{ServerCertificateName: a, CertificateBody: b, PrivateKey: hunter22}", 60),
        (
            "ecs.register_task_definition",
            "{family: f, containerDefinitions: [{name: a, environment: [{name: A, value: hunter22}]}]}",
            77,
        ),
    ],
)  # fmt: skip
def test_a_secret_in_a_plan_is_refused_once_and_not_repeated(call: str, text: str, column: int) -> None:
    found = complaints(call, text)
    assert [(rule, line, where) for rule, _, line, where in found] == [("CHG309", 1, column)]
    assert "hunter22" not in str(found)


def test_a_secret_of_the_wrong_sort_is_not_repeated_either() -> None:
    found = complaints("rds.modify_db_instance", "{DBInstanceIdentifier: r, MasterUserPassword: 12345678}")
    assert [(rule, "12345678" in sentence.split(";")[0]) for rule, sentence, _, _ in found] == [
        ("CHG309", False),
        ("CHG303", False),
    ]
    assert "12345678" not in str(found)


def test_a_document_written_as_a_mapping_is_sent_as_the_text_that_aws_wants() -> None:
    found = operation("sqs", "SetQueueAttributes")
    assert found is not None
    params = {"QueueUrl": "u", "Attributes": {"Policy": {"Statement": []}, "DelaySeconds": "5"}}
    assert json_texts(found, params) == {
        "QueueUrl": "u",
        "Attributes": {"Policy": '{"Statement": []}', "DelaySeconds": "5"},
    }
