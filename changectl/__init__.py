"""changectl: deliberate, watched, recorded and reversible changes to AWS production."""

__version__ = "0.1.0"
