"""float32 in, float32 out. Pure."""
