"""One way to tell people a file; each exports CHANNEL."""
