"""What `changectl new` does, part by part."""
