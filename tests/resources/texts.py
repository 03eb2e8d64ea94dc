"""Texts, tags and sets that AWS takes, odd ones first: what the states of every kind are made of."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

ODD = ("", " ", "é", "日本", "a/b:c=d+e@f", "-", "null", "0", "012", "yes", "{}", "%s", "$HOME", "<b>", "'\"", "👩‍🚀")
LONGEST_KEY, LONGEST_VALUE = 128, 256
TAG_TEXT = st.text(st.characters(categories=("L", "N", "Zs"), include_characters="_.:/=+-@"), max_size=24)


def texts(longest: int, shortest: int = 0) -> st.SearchStrategy[str]:
    """Texts without control characters: odd, of the greatest length, any."""
    odd = [text for text in ODD if shortest <= len(text) <= longest]
    anything = st.text(st.characters(exclude_categories=("C",)), min_size=shortest, max_size=min(longest, 40))
    return st.one_of(st.sampled_from(odd), st.just("x" * longest), anything)


def _key(text: str) -> bool:
    return bool(text.strip()) and not text.lower().startswith("aws:")


KEYS = st.one_of(st.sampled_from(["Team", "team", "a/b:c", "é", "k" * LONGEST_KEY]), TAG_TEXT).filter(_key)
VALUES = st.one_of(st.sampled_from(["", "yes", "日本", "v" * LONGEST_VALUE]), TAG_TEXT)
FEW_TAGS = st.one_of(st.none(), st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
"""No more than moto takes of a load balancer in all: 10."""

TAGS = st.one_of(
    st.none(),
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=6),
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=6).map(lambda tags: {**tags, **MANY}),
)
MANY: Mapping[str, str] = {f"many-{n}": str(n) for n in range(40)}
"""With what is beside them, near the 50 that AWS takes."""


def some_of(items: Sequence[str], least: int = 1) -> st.SearchStrategy[dict[str, bool]]:
    """A set, as bodies have it."""
    return st.sets(st.sampled_from(list(items)), min_size=least).map(lambda found: dict.fromkeys(sorted(found), True))
