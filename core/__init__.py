"""The shared client: one turn, message in, events out. It knows no platform. Read conversation.py first."""
