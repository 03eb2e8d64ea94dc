"""One resource kind a file; each exports KIND."""
