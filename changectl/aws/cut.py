"""Answers that are not whole. botocore reads a cut or foreign body as an empty answer: a snapshot of nothing."""

import re
from typing import Any


class CutAnswer(Exception):
    """The body ends early, or is not in the protocol's format."""


_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<(?:\w+:)?(\w+)")


def refuse_a_cut_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Raise CutAnswer for a success whose body was cut off or does not look like the protocol's."""
    if response_dict["status_code"] >= 300 or operation_model.has_streaming_output:
        return
    body, headers = response_dict["body"], response_dict["headers"]
    if not isinstance(body, bytes) or operation_model.http.get("method") == "HEAD":
        return
    announced = headers.get("content-length")
    if announced and announced.isdigit() and len(body) != int(announced) and not headers.get("content-encoding"):
        raise CutAnswer(f"{len(body)} of {announced} bytes arrived")
    if not body and response_dict["status_code"] == 200 and not announced and "transfer-encoding" not in headers:
        raise CutAnswer("its head ends early: AWS says of each 200 how long it is")
    if body and not _looks_right(operation_model, body):
        raise CutAnswer("the body is not what this protocol answers with")


def _looks_right(operation_model: Any, body: bytes) -> bool:
    protocol = operation_model.service_model.resolved_protocol
    if protocol in ("ec2", "query"):
        root = _ROOT.match(body)
        return root is not None and root[1].endswith((b"Response", b"Result"))
    shape = operation_model.output_shape
    has_payload = shape is not None and "payload" in shape.serialization
    if protocol in ("json", "rest-json") and not has_payload:
        text = body.strip()
        return not text or (text[:1] == b"{" and text[-1:] == b"}")
    return True
