"""Words → Edits → Draft, and what is said about it. Pure."""
