"""What must survive: the only package that imports redis."""
