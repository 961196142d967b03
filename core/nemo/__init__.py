"""The HTTP client of the backend: protocol and streams are pure, client.py opens the connections."""
