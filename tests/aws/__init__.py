"""The AWS floor over a real socket."""
