"""Sorts of parameters: of which a value is, and how it would be written to be of another."""

import base64
import binascii
from datetime import datetime

from changectl.model.node import Node, plain
from changectl.planfile.schema import unquoted_number
from changectl.planfile.words import truth_meant

SORTS = {
    "blob": "bytes, written as base64",
    "boolean": "true or false",
    "double": "a number",
    "float": "a number",
    "integer": "a whole number",
    "list": "a list",
    "long": "a whole number",
    "map": "a mapping",
    "string": "text",
    "structure": "a mapping",
    "timestamp": "a time, like 2026-11-24T03:00:00Z",
}


def fits(node: Node, kind: str) -> bool:
    """Whether a value of the plan is of the sort that AWS wants."""
    match kind, node.value:
        case "string", str():
            return True
        case "boolean", bool():
            return True
        case (("integer" | "long"), int() as number):
            return not isinstance(number, bool)
        case (("float" | "double" | "timestamp"), int() | float() as number):
            return not isinstance(number, bool)
        case "timestamp", str() as text:
            return _is_time(text)
        case "blob", str() as text:
            return _is_base64(text)
        case _:
            return False


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def spelled_as_text(node: Node) -> str:
    """How a number or a truth value is made text; nothing for all else."""
    match node.value:
        case bool() | int() | float():
            return f'"{node.raw or plain(node)}" with quotes is text'
        case _:
            return ""


def respelled(node: Node, kind: str) -> str | None:
    """The same, written as what is wanted: with quotes, without them, or `true` for `yes`."""
    match kind, node.value:
        case "string", bool() | int() | float():
            return f'"{node.raw}"'
        case (("integer" | "long" | "float" | "double"), str()):
            return unquoted_number(node)
        case "boolean", str() as word:
            return truth_meant(word) or None
        case _:
            return None
