"""A small Bot API on a loopback port, with people who talk and failures that can be ordered."""
