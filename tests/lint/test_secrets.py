"""Secrets in clear are found wherever they stand and never repeated; what only looks like one is left alone."""

import json

import pytest

from changectl.contracts.lint import Finding
from lint.plans import found, with_part

RANDOM = "q7Xz2LmP9sVb4KtR8wYc1NdF6hGj3Ae5UoTi0Zx"
SECRETS = {  # put together here, so that no scanner of this repository takes them for real ones
    "GitHub": "gh" + "p_" + RANDOM[:36],
    "GitHub app": "gh" + "s_" + RANDOM[:36],
    "GitHub fine": "github" + "_pat_" + RANDOM + RANDOM,
    "GitLab": "gl" + "pat-" + RANDOM[:20],
    "Slack bot": "xox" + "b-123456789012-" + RANDOM[:24],
    "Slack user": "xox" + "p-123456789012-" + RANDOM[:24],
    "Slack hook": "https://hooks.slack" + ".com/services/T0001/B0001/" + RANDOM[:24],
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE",
    "OpenSSH key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "age": "AGE-SECRET" + "-KEY-1" + "QYZ2345678QYZ2345678QYZ",
    "JWT": "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0In0." + RANDOM[:30],
    "Stripe": "sk" + "_live_" + RANDOM[:24],
    "Google": "AI" + "za" + RANDOM[:35],
    "npm": "np" + "m_" + RANDOM[:36],
    "Vault": "hv" + "s." + RANDOM[:24],
    "session": "IQoJb3" + "JpZ2luX2Vj" + RANDOM + RANDOM,
    "URL": "postgres://rentals:" + "s3cr3t!" + "@db.example.com/rentals",
    "assigned": "password" + "=hunter2",
    "assigned, long": "PGPASSWORD" + "=correcthorsebattery psql",
    "said": "The new password: " + "Tr0ub4dor",
    "option": "mysql --password " + "hunter22 rentals",
    "token": "GITHUB_TOKEN" + "=abc123def456",
    "header": "curl -H 'X-Api-Key: " + "9f8e7d6c5b4a'",
    "AWS": "AKIA" + "IOSFODNN7ABCDEFG / " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCY3XAMPLEKEY",
}
HARMLESS = [
    "arn:aws:iam::123456789012:role/rentals",
    "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:rentals/db-AbCd12",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "0028246",
    "123e4567-e89b-12d3-a456-426614174000",
    "AROA" + "IOSFODNN7ABCDEFG",
    "Deactivate the key " + "AKIA" + "IOSFODNN7ABCDEFG",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCY3XAMPLEKEY",  # random, and nothing says what it is
    "subnet-0a1b2c3d4e5f6a7b8",
    "Give checkout a new database password, and failed bookings a queue",
    "The password is two years old (SEC-22)",
    "Password: see rentals/db in the vault",
    "password: rotated",
    "password=$DB_PASSWORD",
    "password=${DB_PASSWORD}",
    "password=********",
    "--password-file /run/secrets/db",
    "token expires in 12h",
    "token=<your token>",
    "{{resolve:secretsmanager:rentals/db:SecretString:password}}",
    "the secret: rentals/db/password-2",
    "https://rentals.example.com:8080/@ana",
    "postgres://rentals@db.example.com/rentals",
    "postgres://user:password@host/db",
    "ssh://git@example.com:22/x",
    "tokens: 400000 a minute",
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "eyJhbGciOiJIUzI1NiJ9",
    "https://example.com/list?next_token=abc123def",
    "private_key: rentals2.pem",
    "arn:aws:example:ap-southeast-2:123456789012:token:rentals2abc",
    "{{resolve:secretsmanager:rentals:SecretString:password:AWSCURRENT2}}",
    "Access key: see OPS-3391",
    "ami-0abcdef1234567890 and vpc-0abcdef12",
    "Password policy: at least 14 characters",
]


def secrets(part: str) -> list[Finding]:
    return found("secret-in-clear", with_part(part))


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_in_prose_and_never_repeated(name: str) -> None:
    (finding,) = secrets(f"runbook: {json.dumps('Log in by ' + SECRETS[name])}")
    said = f"{finding.message} {finding.help}"
    assert all(part not in said for part in SECRETS[name].split() if len(part) > 9)


@pytest.mark.parametrize(
    "place",
    [
        "title: {}", "rationale: {}", "alternatives: {}", "ticket: {}", "comms: {}", "comms: {{channel: ops, before: {}}}",
        "test: [{{command: [./smoke.sh, {}]}}]", "test: [{{http: https://example.com, contains: {}}}]",
        "back_out: {{auto: true, cannot_undo: {}}}", "steps: [{{name: {}, wait: 3s}}]",
        "steps: [{{name: Go, set: parameter/x, change: {{tags: {{a: {{from: null, to: {}}}}}}}}}]",
    ],
)  # fmt: skip
def test_a_secret_is_found_wherever_it_stands(place: str) -> None:
    assert len(secrets(place.format(json.dumps(SECRETS["GitHub"])))) == 1


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert secrets(f"runbook: {json.dumps(text)}") == []


SET = "steps:\n  - name: Go\n    set: parameter/x\n    change: {{tags: {{{}: {{from: null, to: {}}}}}}}"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("swordfish", 1),
        ("null", 0),
        ("prod/db", 0),
        ("arn:aws:ssm:x", 0),
        ("'{{resolve:ssm:x}}'", 0),
        ("{$secret: DB}", 0),
    ],
)
def test_a_member_by_the_name_of_a_secret_has_one_unless_it_says_where_it_is_kept(value: str, number: int) -> None:
    part = f"steps:\n  - name: Go\n    set: load-balancer/x\n    change: {{attributes: {{db.password: {value}}}}}"
    assert len(secrets(part)) == number


@pytest.mark.parametrize(
    "name", ["NextToken", "PasswordPolicy", "SecretId", "KmsKeyId", "ClientRequestToken", "token_bucket"]
)
def test_members_that_only_sound_like_secrets_have_none(name: str) -> None:
    part = f"steps:\n  - name: Go\n    set: load-balancer/x\n    change: {{attributes: {{{name}: swordfish1}}}}"
    assert secrets(part) == []


def test_an_access_key_beside_its_secret_in_another_member_is_found() -> None:
    key, secret = SECRETS["AWS"].split(" / ")
    part = f"comms: {{channel: {key}, before: Nothing stops, audience: {secret}}}"
    assert [finding.message for finding in secrets(part)] == ["an AWS secret access key seems to stand here in clear"]
