# What `python -m bots` says to whoever runs it.
serve-no-backend = Set NEMO_API_URL to the address of your studio, or NEMO_TOKEN for the cloud (see .env.example).
serve-nothing = No platform has a token. Set DISCORD_TOKEN or TELEGRAM_TOKEN (see .env.example).
