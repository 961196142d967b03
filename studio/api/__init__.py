"""The routes, one module per endpoint group."""
