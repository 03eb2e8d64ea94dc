"""Which of botocore's services a request is signed for: `elasticloadbalancing` is elb and elbv2."""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_USUAL: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "ec2": ("ec2",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "iam": ("iam",),
    "lambda": ("lambda",),
    "monitoring": ("cloudwatch",),
    "route53": ("route53",),
    "s3": ("s3", "s3control"),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "sts": ("sts",),
}
"""Those that are asked for all the time: looking into every model takes 0.2 s."""

_NAMES = re.compile(r'"(signingName|endpointPrefix)"\s*:\s*"([^"]+)"')


def named_like(signing: str) -> tuple[str, ...]:
    """botocore's names for what AWS signs under this name; the name itself where nobody knows it."""
    return _USUAL.get(signing) or _all().get(signing, (signing,))


@cache
def _all() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    for folder in sorted(Path(spec.origin).parent.joinpath("data").iterdir()):
        models = sorted(folder.glob("*/service-2.json.gz"))
        if models:
            with gzip.open(models[-1], "rt") as text:
                names = dict(_NAMES.findall(text.read(5000)))
            signing = names.get("signingName") or names.get("endpointPrefix") or folder.name
            found[signing] = (*found.get(signing, ()), folder.name)
    return found
