"""HTTP to the services that the team uses: what to send again, when, and what went wrong, in words."""
