"""Discord, Telegram and the terminal: platforms round one relay. Map: app → discord | telegram | console → relay."""
