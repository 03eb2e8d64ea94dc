"""What a command line comes to: the program behind `env` and `timeout`, and whether it can only end in one way. Pure."""

import re
from collections.abc import Sequence

_WRAPPERS = frozenset(
    ("command", "env", "exec", "ionice", "nice", "nohup", "setsid", "stdbuf", "sudo", "time", "timeout")
)
_OF_A_WRAPPER = r"(?s)-.*|\w+=.*|\d+(?:\.\d+)?[smhd]?"
_SUCCEEDS = frozenset((":", "date", "echo", "printf", "pwd", "sleep", "true", "whoami"))
_SHELLS = frozenset(("ash", "bash", "dash", "ksh", "sh", "zsh"))
_NOTHING = r"(?:true|:|exit(?:\s+0)?|/(?:usr/)?bin/true|(?:echo|printf)\b[^;&|\n]*)"
_WHATEVER_ELSE = rf"\|\|\s*{_NOTHING}$"
_AND_THEN = rf"[;\n]\s*{_NOTHING}$"


def program(argv: Sequence[str]) -> tuple[str, ...]:
    """The command line from the program itself on, without its folder: `env A=1 timeout 5 /usr/bin/curl x` is `curl x`."""
    at = 0
    while at < len(argv) and _base(argv[at]) in _WRAPPERS:
        at += 1
        while at < len(argv) and re.fullmatch(_OF_A_WRAPPER, argv[at]):
            at += 1
    return (_base(argv[at]), *argv[at + 1 :]) if at < len(argv) else ()


def always_succeeds(argv: Sequence[str]) -> bool:
    """Whether it ends with 0 whatever production is like. False where we cannot be sure."""
    match program(argv):
        case ():
            return False
        case ("exit", *status):
            return status in ([], ["0"])
        case (name, *_) if name in _SUCCEEDS:
            return True
        case (name, *rest) if name in _SHELLS:
            return _always_succeeds_in_a_shell(rest)
        case ("test" | "[", *rest):
            return _is_true([word for word in rest if word != "]"])
        case _:
            return False


def _base(name: str) -> str:
    return name.rpartition("/")[2] if name.startswith(("/bin/", "/usr/bin/", "/usr/local/bin/")) else name


def _always_succeeds_in_a_shell(rest: Sequence[str]) -> bool:
    options = [word for word in rest if word.startswith("-")]
    flags = "".join(options)
    at = next((number for number, word in enumerate(rest) if word.startswith("-") and word.endswith("c")), None)
    if at is None or at + 1 >= len(rest):
        return False
    script = rest[at + 1].strip(" \t\n;")
    if len(script) > _LONGEST:
        return False
    if re.fullmatch(_NOTHING, script) or re.search(_WHATEVER_ELSE, script):
        return True
    stops_early = "e" in flags or "set -e" in script
    return not stops_early and re.search(_AND_THEN, script) is not None


_LONGEST = 2_000


def _is_true(words: Sequence[str]) -> bool:
    """Without a shell nothing is filled in, so that these compare what stands there."""
    match words:
        case [word] if word:
            return True
        case ["-n", word] if word:
            return True
        case [left, "=" | "==" | "-eq", right]:
            return left == right
        case _:
            return False
