"""Model value to something a person or a program reads. No clock, no console, no environment."""
