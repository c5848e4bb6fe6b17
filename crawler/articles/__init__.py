"""From a page to its articles: decode, body, headline, credits, verdict."""
