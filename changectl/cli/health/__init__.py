"""What the doctor looks at: this machine, the repository and its remote, what the team has agreed to, AWS, the forge."""
