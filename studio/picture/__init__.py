"""uint8 planes: palette, type, layers, visualizers. Pure."""
