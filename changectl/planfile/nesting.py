"""How deep a text may be nested before it is given to the parser at all.

PyYAML's C loader ends the interpreter on some 30,000 nested `[`. We walk its events, which does not, and stop at
DEPTH; this is the second wall, and cheap: it counts marks without understanding quotes, so its bound is far above
what any plan needs.
"""

import re

DEPTH = 32
_FAR = 512
_BRACKET = re.compile(r"[\[\]{}]")
_RUN = re.compile(r"(?:[-?:]\s+|[\[{]\s*)+")


def too_deep(text: str) -> int | None:
    """Where the text is nested absurdly deep; None where it is fit for the parser."""
    if sum(text.count(mark) for mark in "-?:[{") <= _FAR:
        return None
    for run in _RUN.finditer(text):
        if run.end() - run.start() > _FAR and len(run[0].split()) + run[0].count("[") + run[0].count("{") > _FAR:
            return run.start()
    return _deepest(text)


def _deepest(text: str) -> int | None:
    depth = 0
    for found in _BRACKET.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(depth - 1, 0)
        if depth > _FAR:
            return found.start()
    return None
