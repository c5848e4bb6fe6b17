"""Summaries written by a transformers model on this machine; the only room that knows torch."""
