"""The memory: events as files in git, locks, snapshot bodies, a derived index."""
