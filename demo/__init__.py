"""The sample newsroom: fictional outlets that `make demo` and the tests crawl."""
