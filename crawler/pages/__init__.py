"""From a link to a page as fetched: polite, guarded, one request at a time per domain."""
