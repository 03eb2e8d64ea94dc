"""Unquoted YAML 1.2 scalars: what is a number, true, false or nothing, and what is text."""

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"-?[0-9]{1,18}")  # 18 digits fit into 64 bits
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_REAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?")


def scalar(text: str) -> Scalar:
    """What an unquoted scalar of the YAML 1.2 core schema means.

    A number whose text would not come back the same remains text: `012345678901` is an account, `1.10` a version.
    Infinity and not-a-number remain text too, since JSON has no such values.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-0123456789":
        return text
    number = number_of(text)
    return number if number is not None and (str(number) == text or text[:2] in ("0o", "0x")) else text


def number_of(text: str) -> int | float | None:
    """The number that a text spells, if it spells one; also where `scalar` keeps the text (`0.50`)."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _REAL.fullmatch(text) and (value := float(text)) not in (float("inf"), float("-inf")):
        return value
    return None
