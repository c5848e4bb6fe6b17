"""What we keep, and what is the same: the only room that speaks Postgres."""
