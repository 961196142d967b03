"""Sentences of the command itself, in English and Chinese."""
