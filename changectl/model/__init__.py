"""The words of the domain as values. Standard library only, pure."""
