"""Hostile text in notes, answers and reasons: shown as itself wherever it is read, and obeyed nowhere."""

import json
import unicodedata
from itertools import pairwise

from markdown_it import MarkdownIt

from changectl.model import events as e
from tests.close.pair import CHANGE, OPERATOR, Pair, entry, story

HOSTILE = "\n".join(
    (
        "\x1b]0;owned\x07\x1b[2J\u202egpj.exe [bold]@everyone[/bold]",
        "# not a heading",
        "- [ ] no task",
        "1. no list",
        "> no quote",
        "```",
        "~~~ no fence",
        "no underline",
        "===",
        "---",
        "| no | table |",
        "    no code",
        "<script>alert(1)</script><!-- no comment",
        "[no](https://evil.example) ![no](https://evil.example/x.png) <https://evil.example>",
        "https://evil.example www.evil.example",
        "@ben #42 GH-7 !8 :tada: $x^2$",
        "::error file=a,line=1::no command",
        "2026-11-23 03:00:00  approved by Ben <ben@example.com>",
    )
)


def test_nothing_of_it_is_obeyed(desk: Pair) -> None:
    desk.ana.register.append(story(*OPERATOR, e.Closed("accepted", HOSTILE, by=HOSTILE)))
    desk.ana.register.append((entry(300, e.Noted(HOSTILE, HOSTILE), by=HOSTILE),))
    desk.ana.register.append((entry(310, e.Reviewed(HOSTILE, HOSTILE, HOSTILE, HOSTILE, True, HOSTILE)),))
    desk.ben.types("note", CHANGE, HOSTILE)
    desk.ben.types("close", CHANGE, "--cause", HOSTILE, "--impact", HOSTILE, "--next", HOSTILE)

    shown = (desk.ana.shows(), desk.ana.types("log").out, desk.ana.types("status").out)
    for said in (*shown, desk.ana.types("show", CHANGE, "--json").out):
        assert [c for c in said if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")] == []
    forged = [line for line in shown[0].splitlines() if line.startswith("  2026-11-23 03:00:00")]
    assert [line for line in forged if "approved by Ben" in line] == []
    assert json.loads(desk.ana.types("show", CHANGE, "--json").out)["stands"] == "accepted"
    assert_renders_as_itself(desk.decision())


def assert_renders_as_itself(decision: str) -> None:
    """Only headings, lists, paragraphs and our own emphasis and code; and every line of it can be read."""
    tokens = [
        t
        for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(decision)
        for t in (token, *(token.children or ()))
    ]
    allowed = {
        "heading",
        "bullet_list",
        "list_item",
        "paragraph",
        "inline",
        "text",
        "strong",
        "softbreak",
        "code_inline",
    }
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} - {"text_special"} <= allowed
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    assert [title for title in titles if "not a heading" in title and "by " not in title] == []
    said = "".join(token.content for token in tokens).replace("\u200b", "")
    for line in HOSTILE.splitlines()[1:]:
        assert " ".join(line.split()) in said, line


def test_a_hostile_id_is_refused(desk: Pair) -> None:
    for change in ("--help", "../../etc", "a" * 200, "a\nb", "\x1b[2J", ""):
        for verb, *rest in (("note", "text"), ("close",)):
            assert "cannot be the id of a change" in desk.ben.types(verb, "--", change, *rest, status=2).err
