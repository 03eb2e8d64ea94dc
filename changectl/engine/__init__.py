"""What carries a change forward and back. Knows the World; no boto, git, rich, typer."""
