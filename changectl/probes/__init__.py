"""One test kind a file; each exports PROBE."""
