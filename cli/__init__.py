"""The `from-music` command; the only importer of both bots and studio."""
