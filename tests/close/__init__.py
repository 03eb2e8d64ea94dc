"""Notes, reviews, and accepting production as it is."""
