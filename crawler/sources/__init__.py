"""Who publishes, where its entry points are, and what of it is wanted."""
