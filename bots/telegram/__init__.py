"""Telegram: the same names as Discord."""
