"""What a text says beside the words that every plan has: for rules about reasons, titles and announcements. Pure."""

import re
from collections.abc import Iterable, Iterator

_POINTER = re.compile(
    r"https?://\S+"
    r"|\b[A-Z][A-Z0-9]{1,9}-\d+\b"  # OPS-3391
    r"|(?<!\w)[#!]\d+\b"
    r"|\b(?i:discuss|agree)\w*\s+(?i:with|in|on)\s+(?:the\s+)?[@#]?\w+"  # that somebody agreed is no reason
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")  # noqa: RUF001
_FIGURE = re.compile(r"\d+(?:st|nd|rd|th|s|ms|m|h|d|%|x|k|kb|mb|gb|gib|mib)?")


def words(text: str) -> frozenset[str]:
    """A list of words as a set."""
    return frozenset(text.split())


_GRAMMAR = words(
    """
    a about above after again all also am an and any are as at be because been before being below but by can come could
    did do does doing don't done down during each every for from get gets go going got had has have having he her here
    him his how i i'm if in into is isn't it its just let let's lets like may me more must my no nor not now of off
    on once one only or our out over own per shall she should since so some soon such than that the their them
    then there these they this those through thus to too under until up us very via was we we're were what when
    where which while who whom why will with would yes you your
    """
)
_HOLLOW = words(
    """
    asap agreed bar best better blah business change changed changes changing clear cleanup described description
    desired details discussed etc explanatory fix fixed fixes fixing fixme foo good housekeeping important improve
    improved improvement improvements ipsum issue issues jira link lorem maintenance make makes misc miscellaneous n na
    necessary need needed needs nice none nothing obvious ok okay please practice practices purpose purposes rationale
    reason reasons regular request requested require required requirement requirements requires routine see self slack
    standard stuff tba tbc tbd test testing thing things thread ticket tickets title todo update updated updates updating
    urgent usual various want wanted wants wip work works x xx xxx
    """
)
_CHANGING = words(
    """
    activate add adjust allow alter apply boost bump close configure create deactivate decrease delete deploy disable
    drop edit enable ensure extend give grant increase insert keep launch lower modify move open patch permit put raise
    reduce release remove rename replace restrict revoke roll rollout set shorten start stop switch tune turn upgrade
    adapt allows achieve able order want currently current today
    """
)
_MEASURING = words(
    """
    big bigger enough few fewer great greater high higher large larger less little long longer lot low many much new
    short shorter small smaller sufficient insufficient value values setting settings parameter parameters config
    configuration prod production
    """
)


def says_nothing(text: str) -> bool:
    """Whether the text holds no word of its own: `as discussed`, `TBD`, `see OPS-12`, a link."""
    return next(_own_words(text, _GRAMMAR | _HOLLOW), None) is None


def names_nothing(text: str) -> bool:
    """Whether a title names nothing that would be changed: `Fix prod`, `OPS-12`, `Update settings`."""
    return next(_own_words(text, _EVERYDAY | _PLACES), None) is None


def adds_nothing(text: str, told: Iterable[str]) -> bool:
    """Whether every word of the text is in what was told already, or is one of changing and measuring.

    `The timeout is too low` adds nothing to `Raise the timeout`; `Checkouts are cut off` does.
    """
    known = {word for each in told for word in _own_words(each, _EVERYDAY)}
    return all(word in known for word in _own_words(text, _EVERYDAY))


def stem(word: str) -> str:
    """A word without its ending, so that `raised`, `raising` and `raises` are one."""
    for ending in ("ing", "ed", "es", "s", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") else word.removesuffix("e")


_EVERYDAY = _GRAMMAR | _HOLLOW | _CHANGING | _MEASURING | {stem(word) for word in _CHANGING}
_PLACES = words("aws app application cloud env environment hotfix infra infrastructure live server system")


def _own_words(text: str, everyday: frozenset[str]) -> Iterator[str]:
    for found in _WORD.finditer(_POINTER.sub(" ", text)):
        word = found[0].lower().replace("’", "'").removesuffix("'s")  # noqa: RUF001
        if word in everyday or _FIGURE.fullmatch(word) or (len(word) == 1 and word.isascii()):
            continue
        short = stem(word)
        if short not in everyday:
            yield short
