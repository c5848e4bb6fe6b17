"""What we keep, and what is the same: the only room that speaks Postgres. Where to look:

- an article's way: links, aliases, hosts, pages, feed_texts, articles, summaries; their nouns are
  in models; sources are the publishers, biography is one link's whole story
- what is the same: sameness/ (copies, originals, stories, revisions)
- an edition: material and notices gather, editions freeze, deliveries and subscribers mail; their
  nouns are in edition_models
- what people ask: search, query, export (parquet), clients
- the words of texts: text, script, words, names, taxonomy, days, numbers, numerals
- the database: database is the door; connection, migrations, renewal, roles
- the embedded server: embedded is the door; binaries, listening, postmaster, server
- upkeep: retention, backups, runs, claims, whole
- what all rooms use: settings, clock, console, errors, child
"""
