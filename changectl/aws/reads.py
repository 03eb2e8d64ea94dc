"""Which operations only read. What is not known to read counts as a change, so that a mistake refuses a call."""

import re

_READING = re.compile(r"(BatchGet|BatchDescribe|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select)(?=[A-Z0-9]|$)")

# A word that promises a read, and an effect all the same: AWS's own documentation or IAM access level says so.
_TAKES_FROM_A_QUEUE = {
    "qconnect": {"GetNextMessage"},
    "stepfunctions": {"GetActivityTask"},  # the task is handed out once
    "xray": {"GetSamplingTargets"},  # counts what it was told
}
_STARTS_OR_MAKES_SOMETHING = {
    "appfabric": {"BatchGetUserAccessTasks"},
    "cognito-identity": {"GetId", "GetOpenIdTokenForDeveloperIdentity"},  # registers an identity that is not there yet
    "evs": {"GetDepotUrl"},  # `rotate`
    "gamelift": {"GetInstanceAccess", "GetComputeAccess"},  # opens remote access
    "kms": {"GetParametersForImport"},
    "payment-cryptography": {"GetParametersForExport", "GetParametersForImport"},  # make a key pair and a token
    "quicksight": {"GetSessionEmbedUrl", "GetDashboardEmbedUrl"},  # register the user
    "redshift": {"GetClusterCredentials"},  # AutoCreate makes a database user
    "sagemaker": {"GetScalingConfigurationRecommendation"},  # starts a job
    "timestream-query": {"Query"},  # UNLOAD writes to S3
    "waf": {"GetChangeToken"},
    "waf-regional": {"GetChangeToken"},
}
_LETS_SOMEBODY_WRITE = {  # an upload address, or credentials whose calls would go around the gate
    "account-access-runtime": {"GetRoleCredentials"},
    "amplifybackend": {"GetToken"},
    "athena": {"GetSessionEndpoint"},
    "auditmanager": {"GetEvidenceFileUploadUrl"},
    "bedrock-agentcore": {
        "GetResourceOauth2Token",
        "GetResourcePaymentToken",
        "GetWorkloadAccessToken",
        "GetWorkloadAccessTokenForJWT",
        "GetWorkloadAccessTokenForUserId",
    },
    "cloudwatchomni": {"GetSpaceCredentialsForOrganization", "GetSpaceDataAccess"},
    "cognito-identity": {"GetCredentialsForIdentity", "GetOpenIdToken"},
    "cognito-idp": {"GetClientToken", "GetDerivedToken", "GetTokensFromRefreshToken"},
    "connect": {"GetFederationToken"},
    "datazone": {"GetEnvironmentCredentials", "GetIamPortalLoginUrl"},
    "emr": {
        "GetClusterSessionCredentials",
        "GetOnClusterAppUIPresignedURL",
        "GetPersistentAppUIPresignedURL",
        "GetSessionEndpoint",
    },
    "emr-containers": {"GetManagedEndpointSessionCredentials"},
    "lakeformation": {
        "GetTemporaryDataLocationCredentials",
        "GetTemporaryGlueFunctionCredentials",
        "GetTemporaryGluePartitionCredentials",
        "GetTemporaryGlueTableCredentials",
    },
    "license-manager": {"GetAccessToken"},
    "lightsail": {"GetInstanceAccessDetails"},
    "mturk": {"GetFileUploadURL"},
    "redshift": {"GetClusterCredentialsWithIAM", "GetIdentityCenterAuthToken"},
    "redshift-serverless": {"GetCredentials", "GetIdentityCenterAuthToken"},
    "s3control": {"GetDataAccess"},
    "security-ir": {"GetCaseAttachmentUploadUrl"},
    "socialmessaging": {"GetWhatsAppMessageMedia"},  # writes the file into a bucket
    "ssm": {"GetAccessToken"},
    "sso": {"GetRoleCredentials"},
    "sts": {"GetDelegatedAccessToken", "GetFederationToken", "GetSessionToken", "GetWebIdentityToken"},
}

# Other words that nevertheless only read: IAM's access level is Read or List, and the documentation promises no effect.
_ALSO_READS = {
    "accessanalyzer": {"CheckAccessNotGranted", "CheckNoNewAccess", "CheckNoPublicAccess", "ValidatePolicy"},
    "cloudformation": {"EstimateTemplateCost", "ValidateTemplate"},
    "cognito-idp": {"AdminGetUser", "AdminListGroupsForUser"},
    "ecr": {"BatchCheckLayerAvailability"},
    "events": {"TestEventPattern"},
    "iam": {"SimulateCustomPolicy", "SimulatePrincipalPolicy"},
    "logs": {"FilterLogEvents", "StartQuery", "StopQuery", "TestMetricFilter"},  # a query changes nothing but the bill
    "rds": {"DownloadDBLogFilePortion"},
    "route53": {"TestDNSAnswer"},
    "s3": {"CreateSession"},  # botocore asks for it by itself before it reads a directory bucket
    "servicediscovery": {"DiscoverInstances", "DiscoverInstancesRevision"},
    "stepfunctions": {"ValidateStateMachineDefinition"},
    "sts": {"DecodeAuthorizationMessage"},
    "wafv2": {"CheckCapacity"},
}


def is_read(service: str, operation: str) -> bool:
    """Whether the operation, which must exist, certainly changes nothing and hands out no right to change anything."""
    if operation in _ALSO_READS.get(service, ()):
        return True
    if any(operation in table.get(service, ()) for table in _EFFECTS):
        return False
    return _READING.match(operation) is not None


_EFFECTS = (_TAKES_FROM_A_QUEUE, _STARTS_OR_MAKES_SOMETHING, _LETS_SOMEBODY_WRITE)
