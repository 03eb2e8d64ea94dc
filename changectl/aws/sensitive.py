"""Which parameters may hold a secret, and a call without them: what is recorded, announced and shown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from changectl.aws.models import Shape, operation
from changectl.model.resource import Body, Call

HIDDEN = "(secret)"

_UNMARKED = re.compile(
    r"(?i)(password|passphrase|auth_?token|secret(access)?key|secretstring|secretbinary|clientsecret|sharedsecret"
    r"|presharedkey|(?<!remove)privatekey|userdata|(api|bearer|access|refresh|grafana|hec|secret)token)$"
)
"""Names of text that AWS's models leave unmarked in one service or another: ElastiCache AuthToken, DocumentDB
MasterUserPassword, ELB ClientSecret, instance user data."""

_UNMARKED_HERE = frozenset({("apigateway", "CreateApiKey", "value"), ("codebuild", "", "token")})

_PLAIN_WORDS = (
    "Comment Content Description Notes Reason Subject Tags cause description error versionDescription",
    "AccountName AdditionalContactEmailAddresses ClientId Email FromEmailAddress Id ImportManifestUrl MasterUserName",
    "Name OwnerInformation PhoneNumber SourceName Url UseCaseDescription Username WebsiteURL phoneNumber stateName",
    "Certificate CertificateChain HostKeyBody",  # the public side
    "KMSKeyArn KMSKeyId KMSMasterKeyID KeyId SSEKMSEncryptionContext SSEKMSKeyId",  # which key, not the key
    "ConnectionFunctionCode Expression FunctionCode GraphQLOperation Sql Sqls ZipFile definition",
    "Input Parameters Payload TaskParameters input output",
    "BackupVaultTags LaunchSpecification RecoveryPointTags TagKeyList TunnelOptions",  # what is inside is looked at
)
"""Marked because they may hold personal or business matters. A plan has to say them; a record need not."""

_PLAIN = frozenset(word for words in _PLAIN_WORDS for word in words.split())


def is_hidden(service: str, name: str, at: str, shape: Shape, beside: Mapping[str, Any]) -> bool:
    """Whether the member `at` of operation `name` is not to be shown. `beside`: the members it stands among."""
    if shape.is_sensitive or (service, name, at) in _UNMARKED_HERE or (service, "", at) in _UNMARKED_HERE:
        return True
    if service == "codebuild" and at == "value" and "name" in beside:  # a build's environment variable
        return bool(beside.get("type", "PLAINTEXT") == "PLAINTEXT")  # the other types name where the value is kept
    return shape.type in ("string", "blob") and _UNMARKED.search(at) is not None


def is_refused(service: str, name: str, at: str, shape: Shape, beside: Mapping[str, Any]) -> bool:
    """Whether a plan may not say the member's value: what is hidden, but for what every such plan has to say."""
    if (service, name, at) == ("ssm", "PutParameter", "Value"):  # marked, whatever the type
        return beside.get("Type") not in ("String", "StringList")
    return at not in _PLAIN and is_hidden(service, name, at, shape, beside)


def redacted(call: Call) -> dict[str, Body]:
    """The call's parameters with HIDDEN in place of whatever may be secret; everything, where AWS's model is not known."""
    found = operation(call.service, call.operation)
    if found is None or found.input is None:
        return {name: _covered(child) for name, child in call.params.items()}
    return {name: _shown(child, call, name, found.input, call.params) for name, child in call.params.items()}


def hidden_texts(call: Call) -> tuple[str, ...]:
    """The texts that `redacted` hides, longest first; too short ones, which are found in any sentence, left out."""
    seen = set(_texts(dict(call.params))) - set(_texts(redacted(call)))
    return tuple(sorted((text for text in seen if len(text) > 3), key=len, reverse=True))


def without_hidden(sentence: str, call: Call) -> str:
    """The sentence with HIDDEN in place of what `redacted` hides: AWS repeats parameters in its errors."""
    for text in hidden_texts(call):
        sentence = sentence.replace(text, HIDDEN)
    return sentence


def _shown(value: Body, call: Call, at: str, parent: Shape, beside: Mapping[str, Any]) -> Body:
    shape = parent.member(at)
    if shape is None or is_hidden(call.service, call.operation, at, shape, beside):
        return _covered(value)
    return _shown_inside(value, call, at, shape)


def _shown_inside(value: Body, call: Call, at: str, shape: Shape) -> Body:
    match shape.type, value:
        case (("structure" | "map"), Mapping()) if not shape.is_free:
            return {name: _shown(child, call, name, shape, value) for name, child in value.items()}
        case "list", (list() | tuple()):
            item = shape.item
            if item.is_sensitive:
                return _covered(value)
            return [_shown_inside(child, call, at, item) for child in value]
        case _:
            return value


def _covered(value: Body) -> Body:
    match value:
        case Mapping():
            return {name: _covered(child) for name, child in value.items()}
        case list() | tuple():
            return [_covered(child) for child in value]
        case None | bool():
            return value
        case _:
            return HIDDEN


def _texts(value: Body) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for child in value.values():
                yield from _texts(child)
        case list() | tuple():
            for child in value:
                yield from _texts(child)
