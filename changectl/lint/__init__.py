"""One way for a plan to be poor a file; each exports RULE."""
