"""From an entry point to links: feeds, sitemaps, listings, interfaces; and which are due."""
