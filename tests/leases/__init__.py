"""Leases: real git and real processes, clocks that are set, and who may go on when one has ended."""
