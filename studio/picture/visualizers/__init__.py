"""One module per look; each draws whole frames into Y, U and V."""
