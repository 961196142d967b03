"""The terminal as a platform: the whole trip with no token."""
