"""Digests: canonical JSON, and SHA-256 over it."""

import hashlib
import json

from changectl.model.resource import Body


def canonical(value: Body) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, UTF-8 (RFC 8785 for all but floats)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(content: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_of(value: Body) -> str:
    """The digest of a JSON value's one spelling."""
    return digest(canonical(value))


def short(full: str) -> str:
    """The first twelve hex digits, for people."""
    return full.removeprefix("sha256:")[:12]
