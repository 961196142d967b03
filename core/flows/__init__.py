"""What each intent takes, step by step."""
