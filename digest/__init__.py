"""A day's edition, and its readers."""
