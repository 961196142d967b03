serve-no-backend = 请把 NEMO_API_URL 设成你的工作室地址，或设置 NEMO_TOKEN 使用云端（见 .env.example）。
serve-nothing = 没有任何平台设置了令牌。请设置 DISCORD_TOKEN 或 TELEGRAM_TOKEN（见 .env.example）。
