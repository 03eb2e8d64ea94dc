"""What a kind must be: ResourceKind, Action, Probe, Channel. Frozen values and protocols only."""
