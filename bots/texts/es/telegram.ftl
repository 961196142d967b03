telegram-edited = Leo los mensajes como se enviaron y no miro las ediciones. Envía el cambio en un mensaje nuevo.
telegram-expired = Este botón es demasiado antiguo: ya no conozco el trabajo al que pertenece.
telegram-not-allowed = Este bot solo atiende los chats que eligió su dueño. Pídele que añada este.
telegram-not-yours = Solo { $name } y los administradores de este grupo pueden pulsar ahí.
telegram-not-deleted = Telegram no me deja borrar ese mensaje: los bots solo pueden durante 48 horas. Puedes borrarlo tú.
telegram-unusable = Con eso no puedo hacer nada, pero una canción es bienvenida: envíala como música, nota de voz, vídeo o archivo, y di cómo debe ser el vídeo.
telegram-store-down = Mi memoria no responde en este momento. Tu mensaje está a salvo en Telegram; lo tomaré en cuanto pueda.
telegram-store-down-press = Mi memoria no responde en este momento. Pulsa otra vez dentro de un minuto.
telegram-edit-ask = ¿Qué hay que cambiar? Responde a este mensaje.
telegram-edit-hint = colores más cálidos, corte en cada golpe…
telegram-privacy =
    En los grupos solo veo lo que es para mí. Responde a una canción con /video@{ $bot } y di qué quieres, o escribe @{ $bot } y tu deseo; también me llegan las respuestas a mis mensajes.
    Un administrador puede dejarme ver todo: hazme administrador o desactiva el modo de privacidad en @BotFather.
telegram-token-refused = Telegram rechaza TELEGRAM_TOKEN. Pide uno nuevo a @BotFather: /mybots, elige el bot, API Token. Luego arranca de nuevo.
telegram-no-token = Falta TELEGRAM_TOKEN. @BotFather te da uno.
telegram-no-webhook = TELEGRAM_MODE=webhook necesita TELEGRAM_WEBHOOK_URL, la dirección https pública.
telegram-no-base = TELEGRAM_LOCAL necesita TELEGRAM_BASE_URL, la dirección de tu propio servidor de Bot API.
