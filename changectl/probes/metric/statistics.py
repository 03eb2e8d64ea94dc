"""The statistics that CloudWatch knows, by their spelling and as people say them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

import re

PLAIN = {
    "Sum": "sum",
    "Average": "average",
    "Minimum": "minimum",
    "Maximum": "maximum",
    "SampleCount": "number of samples",
    "IQM": "interquartile mean",
}

_SHORT = re.compile(r"(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)", re.ASCII)
_NUMBER = r"\d{1,15}(?:\.\d{1,10})?"
_BETWEEN = re.compile(rf"(TM|WM|TC|TS|PR)\(({_NUMBER})?(%?):({_NUMBER})?(%?)\)", re.ASCII)


def is_statistic(text: str) -> bool:
    """Whether it is one, exactly as CloudWatch spells it."""
    return text in PLAIN or _SHORT.fullmatch(text) is not None or _is_between(text)


def meant(text: str) -> str:
    """The statistic of that name in another spelling; "" where there is none."""
    bare = re.sub(r"[\s_-]", "", text).lower()
    named = {name.lower(): name for name in PLAIN} | {words.replace(" ", ""): name for name, words in PLAIN.items()}
    others = {"mean": "Average", "avg": "Average", "min": "Minimum", "max": "Maximum", "count": "SampleCount"}
    found = {**others, "median": "p50", **named}.get(bare, "")
    spelled = (bare, bare.upper().replace("P", "p", 1), bare.upper())
    return found or next((each for each in spelled if each != text and is_statistic(each)), "")


def spoken(statistic: str) -> str:
    """As people say it."""
    return PLAIN.get(statistic, statistic)


def _is_between(text: str) -> bool:
    found = _BETWEEN.fullmatch(text)
    if found is None:
        return False
    kind, low, low_share, high, high_share = found.groups()
    if (not low and (low_share or not high)) or (not high and high_share):
        return False
    shares = {share for bound, share in ((low, low_share), (high, high_share)) if bound}
    if len(shares) > 1 or ("%" in shares and kind == "PR"):
        return False
    ends = [float(bound) for bound in (low, high) if bound]
    return ends == sorted(set(ends)) and not ("%" in shares and ends[-1] > 100)
