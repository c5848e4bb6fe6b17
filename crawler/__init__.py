"""Finds, fetches and reads news pages."""
