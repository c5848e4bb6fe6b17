"""What one article says: summary, keywords, tags, events."""
