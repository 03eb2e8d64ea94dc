"""`changectl demo`: the whole story."""


def verb() -> None:
    """Tell the story."""
