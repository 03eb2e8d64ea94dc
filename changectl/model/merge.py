"""Three-way merge of one facet: before, what this change can have left, and what is now."""

from enum import Enum


class Grain(Enum):
    """How finely ownership is decided when going back: each leaf, each top-level item, or the facet as one."""

    LEAF = "leaf"
    ITEM = "item"
    WHOLE = "whole"
