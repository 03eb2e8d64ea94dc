"""One verb a file: signature, wiring, one engine call, one view, a status."""
