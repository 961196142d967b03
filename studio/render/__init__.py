"""Cues and frames are pure; jobs runs them."""
