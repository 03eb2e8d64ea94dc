"""YAML text to Plan, with line and column for every complaint."""
