"""One forge a file; each exports FORGE."""
