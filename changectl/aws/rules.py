"""CHG300 to CHG319: what a call must be, so that AWS would take it."""

from changectl.planfile.rule import Rule

_STEP = "steps:\n  - name: Go\n"
_POLICY = "    with: {RoleName: rentals, PolicyName: checkout, PolicyDocument: {Version: 2012-10-17, Statement: []}}"

TABLE: tuple[Rule, ...] = (
    Rule(
        "CHG300",
        "A call names a service and an operation",
        "Both as botocore spells them, with a dot between: the service by its short name, the operation in either case.",
        f"{_STEP}    call: put_role_policy\n{_POLICY}",
        f"{_STEP}    call: iam.put_role_policy\n{_POLICY}",
    ),
    Rule(
        "CHG301",
        "The service exists",
        "Services go by botocore's names: elbv2, not alb; logs, not cloudwatchlogs. A service that is newer than the "
        "installed botocore is not known either.",
        f"{_STEP}    call: iamm.put_role_policy\n{_POLICY}",
        f"{_STEP}    call: iam.put_role_policy\n{_POLICY}",
    ),
    Rule(
        "CHG302",
        "The operation exists",
        "The service has no operation of this name in the installed botocore.",
        f"{_STEP}    call: iam.put_roles_policy\n{_POLICY}",
        f"{_STEP}    call: iam.put_role_policy\n{_POLICY}",
    ),
    Rule(
        "CHG303",
        "The right sort of parameter",
        "AWS's model says text, number, list or mapping for each parameter. Quotes make anything text; bytes are written "
        "as base64. A JSON document (a policy, say) may be written as a mapping.",
        f"{_STEP}    call: ssm.delete_parameter\n    with: {{Name: 120}}",
        f'{_STEP}    call: ssm.delete_parameter\n    with: {{Name: "120"}}',
    ),
    Rule(
        "CHG304",
        "The parameter exists",
        "The operation has no parameter of this name. Names are spelled as in the API reference, capitals included.",
        f"{_STEP}    call: ssm.delete_parameter\n    with: {{name: /rentals/rate}}",
        f"{_STEP}    call: ssm.delete_parameter\n    with: {{Name: /rentals/rate}}",
    ),
    Rule(
        "CHG305",
        "Nothing that is needed is missing",
        "AWS refuses the call without this parameter; better to know now than in the middle of the change.",
        f"{_STEP}    call: iam.delete_role_policy\n    with: {{RoleName: rentals}}",
        f"{_STEP}    call: iam.delete_role_policy\n    with: {{RoleName: rentals, PolicyName: checkout}}",
    ),
    Rule(
        "CHG306",
        "One of the values there are",
        "The parameter takes one of a few words. Of long lists (regions, instance types) the installed botocore may not "
        "know the newest, so that there it is a warning.",
        f"{_STEP}    call: ec2.modify_vpc_tenancy\n    with: {{VpcId: vpc-1, InstanceTenancy: dedicated}}",
        f"{_STEP}    call: ec2.modify_vpc_tenancy\n    with: {{VpcId: vpc-1, InstanceTenancy: default}}",
    ),
    Rule(
        "CHG307",
        "Within bounds",
        "A number, or the length of a text or of a list, is less or more than AWS takes.",
        f"{_STEP}    call: logs.delete_log_group\n    with: {{logGroupName: ''}}",
        f"{_STEP}    call: logs.delete_log_group\n    with: {{logGroupName: /rentals/checkout}}",
    ),
    Rule(
        "CHG308",
        "Exactly one of several",
        "These members exclude each other, and AWS needs one.",
        f"{_STEP}    call: accessanalyzer.update_analyzer\n    with: {{analyzerName: rentals, configuration: {{}}}}",
        f"{_STEP}    call: accessanalyzer.update_analyzer\n"
        "    with: {analyzerName: rentals, configuration: {unusedAccess: {unusedAccessAge: 90}}}",
    ),
    Rule(
        "CHG309",
        "No secrets in a plan",
        "A plan is kept in git, in pull requests and in chats for ever. Name the secret; its value is read from the "
        "environment when the change runs, and shown nowhere. What AWS marks as sensitive counts, and what it forgot to "
        "mark: passwords, user data, environment variables. An SSM parameter of type String or StringList is no secret.",
        f"{_STEP}    call: rds.modify_db_instance\n    with: {{DBInstanceIdentifier: rentals, MasterUserPassword: hunter22}}",
        f"{_STEP}    call: rds.modify_db_instance\n"
        "    with: {DBInstanceIdentifier: rentals, MasterUserPassword: {$secret: DB_PASSWORD}}",
    ),
    Rule(
        "CHG310",
        "A step changes something",
        "This operation only reads. To wait for something or to test it, write a check.",
        f"{_STEP}    call: ec2.describe_instances",
        f"{_STEP}    call: ec2.reboot_instances\n    with: {{InstanceIds: [i-0a1]}}",
    ),
)
