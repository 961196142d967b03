"""Discord: inbound, outbound, markup, limits."""
