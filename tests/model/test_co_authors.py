"""Co-authors are read from a message as generously as anybody could have meant them."""

import pytest

from changectl.model.co_authors import CoAuthor, co_authors

BEN = CoAuthor("Ben <ben@unicorn.example>", "ben@unicorn.example")


@pytest.mark.parametrize(
    "message",
    [
        "Title\n\nCo-authored-by: Ben <ben@unicorn.example>",
        "Title\n\nCo-authored-by: Ben <ben@unicorn.example>\n\n",
        "Title\n\nco-AUTHORED-by:Ben <ben@unicorn.example>",
        "Title\r\n\r\nCo-authored-by: Ben <ben@unicorn.example>\r\n",
        "Title\n\nCo-authored-by : Ben\n <ben@unicorn.example>",
        "Title\n\n  Co-authored-by: Ben <ben@unicorn.example>",
        "Co-authored-by: Ben <ben@unicorn.example>",
        "Title\n\nCo-authored-by: Ben <ben@unicorn.example>\n\nMore text, so that it is no trailer for git.",
        "Title\n\nCo-authored-by: Ben <ben@unicorn.example>\nCo-authored-by: Ben <ben@unicorn.example>",
        "Title\n\nSigned-off-by: Ana <ana@unicorn.example>\nCo-authored-by: Ben <ben@unicorn.example>",
        "Title\n\nCo-authored-by: Ben <ben@unicorn.example>\nCo-authored-by: Tool <noreply@tools.example>",
        "Title\n\nCo-authored-by: Tool <No-Reply@tools.example>\nCo-authored-by: Ben <ben@unicorn.example>",
    ],
)
def test_a_co_author_is_found(message: str) -> None:
    assert co_authors(message) == (BEN,)


@pytest.mark.parametrize(
    "message",
    ["", "Title", "Title\n\nIt was not Co-authored-by: Ben <ben@unicorn.example>", "Reviewed-by: Ben <b@x.example>"],
)
def test_where_nobody_is_named_there_is_nobody(message: str) -> None:
    assert co_authors(message) == ()


@pytest.mark.parametrize(
    ("said", "email"),
    [
        ("ben@unicorn.example", "ben@unicorn.example"),
        ("Ben", ""),
        ("", ""),
        ("Ben <>", ""),
        ("Ben <a@b.example> <ben@unicorn.example>", "ben@unicorn.example"),
        ("Ben < ben@unicorn.example >", "ben@unicorn.example"),
        ("Ben <ben@unicorn.example> (pair)", "ben@unicorn.example"),
        ("1003+noreply@users.noreply.github.com", "1003+noreply@users.noreply.github.com"),
    ],
)
def test_whoever_is_named_without_an_address_is_somebody_all_the_same(said: str, email: str) -> None:
    assert co_authors(f"Title\n\nCo-authored-by: {said}") == (CoAuthor(said, email),)
