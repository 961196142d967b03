"""Probe, decode, encode: the only package of the studio that imports av."""
