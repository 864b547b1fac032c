"""Use cases, one per file: they take stores and services, do one thing and return what changed."""
