"""Untrusted text in Markdown renders as itself, by GitHub's own parser; and nothing in it is obeyed afterwards."""

import re
import unicodedata
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from changectl.model.text import one_line
from changectl.views.markdown import code, fenced, md

APART = "\u200b"
SIGNS = [
    *"\\`*_{}[]()<>#+-.!|~$&^=:\"'@/%,;? \n\t",
    "```",
    "~~~",
    "www.",
    "http://",
    "mailto:",
    "GH-1",
    "&amp;",
    "</p>",
    "ab",
]
hostile = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SIGNS), max_size=14).map("".join))


class Rendered(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.bare = ""  # outside of code, in which forges look for nothing
        self.inside = 0
        how = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
        self.html = cmarkgfm.github_flavored_markdown_to_html(markdown, how)
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside += tag in ("code", "pre")

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag in ("code", "pre")

    def handle_data(self, data: str) -> None:
        self.text += data
        self.bare += "" if self.inside else data

    def handle_comment(self, data: str) -> None:
        self.tags.append("!--")


def outside_code(markdown: str) -> str:
    """The text of a page in which a forge looks for mentions, references, addresses and emoji."""
    return Rendered(markdown).bare


def seen(text: str) -> str:
    """What a reader sees of a text: one line, without fillers."""
    return one_line("".join(char for char in text if char not in FILLERS and not 0xE0000 <= ord(char) <= 0xE0FFF), 300)


FILLERS = {*"\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0", *map(chr, range(0x180B, 0x1810))}
FILLERS |= {*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xFFF0, 0xFFF9))}


@settings(max_examples=100)
@given(hostile)
def test_a_text_in_a_paragraph_renders_as_itself(text: str) -> None:
    page = Rendered(md(text))
    assert page.text.replace(APART, "").strip("\n") == seen(text)
    assert set(page.tags) <= {"p"}


@settings(max_examples=100)
@given(hostile, hostile)
def test_a_text_in_a_list_between_words_or_in_a_cell_renders_as_itself(one: str, two: str) -> None:
    page = Rendered(f"- was {md(one)} and **is** {md(two)}.")
    assert " ".join(page.text.replace(APART, "").split()) == f"was {seen(one)} and is {seen(two)}.".replace("  ", " ")
    assert page.tags == ["ul", "li", "strong"]
    table = Rendered(f"| a | b |\n| --- | --- |\n| {md(one)} | {md(two)} |")
    assert table.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]


@settings(max_examples=100)
@given(hostile)
def test_a_text_in_a_code_span_cannot_leave_it(text: str) -> None:
    page = Rendered(f"{code(text)} and {code(text)}")
    shown = seen(text) or "(nothing)"
    assert page.text.strip("\n") == f"{shown} and {shown}"
    assert page.tags == (["p", "code", "code"] if seen(text) else ["p"])


@settings(max_examples=100)
@given(st.lists(hostile, max_size=4))
def test_lines_in_a_block_of_code_cannot_close_it(lines: list[str]) -> None:
    page = Rendered(fenced([("- ", line) for line in lines], "diff") + "\n\nafter\n")
    assert page.text == "".join(f"- {seen(line)}\n" for line in lines) + "\nafter\n"
    assert page.tags == ["pre", "code", "p"]


OBEYED = {
    "a mention": (r"@[\w-]", ["@ana", "hi @unicorn/ops", "a@b", "\\@ana", "(@ana)", "_@ana_", "ana@example.com"]),
    "an issue": (r"#\d|\bGH-\d", ["#1", "unicorn/rentals#12", "GH-12", "gh-7", "&#49;", "\\#1"]),
    "a merge request, snippet, epic or milestone": (r"[!$&%]\w|%\"", ["!3", "$4", "&5", "%6", '%"v1"', "a/b!3"]),
    "a label": (r"~[\w\"]", ["~bug", '~"to do"', "~~bug"]),
    "an emoji": (r":[\w+-]+:", [":smile:", ":+1:", "a:b:c"]),
    "an address": (
        r"://|www\.|mailto:\w",
        ["http://x.y", "FTP://x.y", "www.x.y", "WWW.x.y", "_www.x.y", "mailto:a@b.c"],
    ),
    "a commit": (r"\b[0-9a-f]{7,}\b", ["1f2e3d4", "ana@1f2e3d4c5b6a", "deadbeef" * 5, "_1f2e3d4_"]),
    "mathematics": (r"\$[^\s\u200b]", ["$x^2$", "$$y$$", "$`z`$"]),
    "a reference of GitLab": (
        r"\[\w+:\d|\[\[|\{[+-]|\[-",
        ["[vulnerability:1]", "[[Home]]", "{+ x +}", "[- x -]", "[epic:2]"],
    ),
    "a footnote or a link": (r"\[[^\s\u200b]", ["[^1]", "[a](http://b)", "![a](b)", "[a]: b", "[x] done"]),
}


@pytest.mark.parametrize("what", OBEYED)
def test_nothing_is_left_that_would_be_obeyed_once_it_is_rendered(what: str) -> None:
    pattern, texts = OBEYED[what]
    for text in texts:
        page = Rendered(f"{md(text)}\n\n- {md(text)}")
        assert not re.search(pattern, page.text), (text, page.text)
        assert page.tags == ["p", "ul", "li"], text


@pytest.mark.parametrize("text", ["/close", "/approve\n/close", "x\n/merge"])
def test_no_line_begins_as_a_quick_action_does(text: str) -> None:
    assert not re.search(r"(?m)^\s*/", md(text))


def test_what_cannot_be_seen_is_taken_out() -> None:
    text = "a\u202eb\u2066c\u200bd\ufeffe\u3164f\u115fg\ufe0fh\U000e0041i\x1b[31mj\x00k\u2028l\r\nm"
    assert md(text) == code(text).strip("`") == "abcdefghijk l m"
    assert all(unicodedata.category(char) not in ("Cc", "Cf") for char in md(text))


def test_a_long_text_is_cut() -> None:
    assert md("a b " * 300, 20) == "a b a b a b a b a b…"
    assert code("x" * 500, 10) == "`xxxxxxxxx…`"
