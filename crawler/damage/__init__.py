"""What reposting sites do to Chinese text, and how it is undone."""
