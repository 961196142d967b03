serve-no-backend = Define NEMO_API_URL con la dirección de tu estudio, o NEMO_TOKEN para la nube (mira .env.example).
serve-nothing = Ninguna plataforma tiene token. Define DISCORD_TOKEN o TELEGRAM_TOKEN (mira .env.example).
