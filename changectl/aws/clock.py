"""What time it is at AWS: each answer says so. Signatures are refused when ours is five minutes off."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from changectl.aws.connection import Aws
from changectl.aws.fate import fate
from changectl.model.resource import Call


def time_at_aws(aws: Aws) -> datetime | None:
    """The time by the answer of STS, to the second; None where it does not say. Raises what `send` raises."""
    call = Call("sts", "GetCallerIdentity", {}, aws.settings.region)
    try:
        answer = aws.clients.reading("sts", aws.settings.region).get_caller_identity()
    except Exception as error:
        raise fate(error, call, reached=False, profile=aws.settings.profile) from error
    said = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(said)
    except ValueError:
        return None
