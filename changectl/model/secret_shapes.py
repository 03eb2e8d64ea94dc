"""What a secret looks like where it stands in clear: keys of known makes, passwords in words and URLs. Pure.

Long random text alone is no sign: digests, ids and ARNs look the same. So every shape has a mark: a prefix that its maker
gave it, or the name of what it is.
"""

import re
from collections.abc import Iterable, Iterator

MAKES = {
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "an age key": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{20,}",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}",
    "a GitLab token": r"\bgl(?:pat|dt|rt|ptt|agent|cbt|oas|soat)-[A-Za-z0-9_-]{18,}",
    "a Slack token": r"\bxox[abceoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}",
    "a Slack webhook": r"hooks\.slack\.com/(?:services|workflows)/T[A-Za-z0-9_]+/[AB][A-Za-z0-9_]+/[A-Za-z0-9_/]{8,}",
    "an AWS session token": r"\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=]{40,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,500}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{20,}",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}\b|\bGOCSPX-[A-Za-z0-9_-]{20,}",
    "a SendGrid key": r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "an npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "a PyPI token": r"\bpypi-[A-Za-z0-9_-]{50,}",
    "a Vault token": r"\bhv[sb]\.[A-Za-z0-9_-]{20,}",
    "an OpenAI or Anthropic key": r"\bsk-(?:ant-|proj-|svcacct-)[A-Za-z0-9_-]{20,}",
    "a DigitalOcean token": r"\bdo[opr]_v1_[a-f0-9]{40,}",
    "a Docker token": r"\bdckr_[po]at_[A-Za-z0-9_-]{20,}",
    "a Grafana token": r"\bglsa_[A-Za-z0-9_]{20,}",
    "a Databricks token": r"\bdapi[a-f0-9]{32}\b",
    "a New Relic key": r"\bNRAK-[A-Z0-9]{27}\b",
    "a Shopify token": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b",
    "an Atlassian token": r"\bATATT3[A-Za-z0-9_=-]{50,}",
}
"""Each by the prefix that its maker gives it, so that scanners find it."""

_MARKS = (
    *("PRIVATE KEY", "AGE-SECRET", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-"),
    *("glptt-", "glagent-", "glcbt-", "gloas-", "glsoat-", "xox", "xapp-", "hooks.slack.com", "IQoJb3", "GZXIvYXdz"),
    *("eyJ", "k_live_", "k_test_", "whsec_", "AIza", "GOCSPX-", "SG.", "npm_", "pypi-", "hvs.", "hvb.", "sk-", "_v1_"),
    *("dckr_", "glsa_", "dapi", "NRAK-", "shpat_", "shpca_", "shppa_", "shpss_", "ATATT3"),
)
_NAMING = ("passw", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key", "accesskey", "access_key")
_MADE = "|".join(f"({pattern})" for pattern in MAKES.values())
_URL = r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:'\"]{0,100}:([^\s/@'\"]{1,200})@"
_SAID = (
    r"(?i)(?:passw(?:or)?d|passphrase|pwd|(?:client|shared|app)[_-]?secret|(?:auth|access|api|bearer|refresh|secret)[_-]?token"
    r"|(?<![a-z])(?<!next_)(?<!page_)(?<!client_)(?<!request_)token|(?:api|access|secret|private|account)[_-]?key)[\"']?"
    r"(\s{0,3}[=:]\s{0,3}|\s{1,3})[\"']?([^\s\"'<>,;(){}\[\]]{6,200})"
)
_ELSEWHERE = r"\barn:\S+|\{\{resolve:[^}\s]*\}\}"  # says where a secret is kept
_OPTION = r"--?[\w-]*$"
_ACCESS_KEY = r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"
_FORTY = r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
_TELLING_NAME = (
    r"(?i)(?:password|passwd|passphrase|(?:api|secret|private|shared|account)_?key|secret_?access_?key|client_?secret"
    r"|(?:auth|access|api|bearer|refresh|secret)_?token)"
)
_HARMLESS = (
    r"(?i:true|false|null|none|yes|no|required|optional|enabled|disabled|redacted|secret|password|passwd|pass|changeme"
    r"|example|rotated|expired|unknown|hidden)"
    r"|[*.x_-]+|[$%{<*].*|\(?secret .*"  # what stands for a secret
    r"|(?:arn|alias|ssm|vault|op|file|https?|s3):.*"  # what says where it is
    r"|/?[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:pem|key|crt|txt|json|ya?ml|env|sh|py)"  # a path or a file, likewise
    r"|[A-Z][A-Z0-9]+-\d+[.:]?|\d+(?:[smhd]|ms|[KMG]i?B)?[.:]?"  # a ticket, a number
)


def has_marks(text: str) -> bool:
    """Whether it may be worth looking: a few quick searches instead of all patterns."""
    return _is_made(text) or _has_login(text) or _is_named(text) or _has_access_key(text)


def secret_in(text: str) -> str:
    """What sort of secret stands in a text; empty where none is seen."""
    if _is_made(text) and (found := re.search(_MADE, text)):
        return tuple(MAKES)[(found.lastindex or 1) - 1]
    if _has_login(text) and any(_is_telling(url[1]) for url in re.finditer(_URL, text)):
        return "a password in a URL"
    rest = re.sub(_ELSEWHERE, " ", text) if _is_named(text) else ""
    return "a password or a key" if any(_says_one(rest, said) for said in re.finditer(_SAID, rest)) else ""


def _is_made(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def _has_access_key(text: str) -> bool:
    return "AKIA" in text or "ASIA" in text


def _has_login(text: str) -> bool:
    return "://" in text and "@" in text


def _is_named(text: str) -> bool:
    lower = text.lower()
    return any(name in lower for name in _NAMING)


def is_secret_member(name: str, value: str) -> bool:
    """Whether the value of a member is a secret by the member's name: `MasterUserPassword: …`."""
    plain = name.replace("-", "_").rpartition(".")[2]
    found = list(re.finditer(_TELLING_NAME, plain))
    if not found or found[-1].end() != len(plain) or not _is_telling(value) or len(value) < 6:
        return False
    return "pass" in plain.lower() or _is_mixed(value)


def aws_secret_keys(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The texts that hold a secret access key: beside an access key's id, or under a name that says so."""
    listed = list(texts)
    beside_an_id = any(re.search(_ACCESS_KEY, text) for _, text in listed if _has_access_key(text))
    for name, text in listed:
        if (beside_an_id or "secret" in name.lower()) and any(_is_random(key[0]) for key in re.finditer(_FORTY, text)):
            yield text


def _says_one(text: str, said: re.Match[str]) -> bool:
    """`password=hunter2` and `password: hunter2` do; after a space only as an option: `--password hunter2`."""
    mark, value = said[1].strip(), said[2].rstrip(".:!?")
    if not mark and not re.search(_OPTION, text[max(said.start() - 40, 0) : said.start() + _word(said)]):
        return False
    if not _is_telling(value):
        return False
    return _is_mixed(value) or (mark == "=" and len(value) >= 8)


def _is_mixed(value: str) -> bool:
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _word(said: re.Match[str]) -> int:
    """How long the name is that was found, without what stands between it and the value."""
    return len(re.split(r"[\s=:\"']", said[0], maxsplit=1)[0])


def _is_telling(value: str) -> bool:
    return re.fullmatch(_HARMLESS, value) is None


def _is_random(key: str) -> bool:
    """A key, rather than words, a path or a digest: every sort of character, and hardly one twice in a row."""
    sorts = (any(map(str.isupper, key)), any(map(str.islower, key)), any(map(str.isdigit, key)))
    return all(sorts) and len(set(key)) >= 20
