"""One step kind a file; each exports ACTION."""
