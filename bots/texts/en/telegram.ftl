telegram-edited = I take messages as they were sent and do not look at edits. Send the change as a new message.
telegram-expired = This button is too old: I no longer know the job behind it.
telegram-not-allowed = This bot serves only the chats its owner chose. Ask the owner to add this one.
telegram-not-yours = Only { $name } and the admins of this group may press that.
telegram-not-deleted = Telegram does not let me delete that message: bots may do so for 48 hours. You can delete it yourself.
telegram-unusable = I can do nothing with that, but a track is welcome: send it as music, voice message, video or file, and say what the video should look like.
telegram-store-down = My memory does not answer at the moment. Your message is safe with Telegram; I take it as soon as I can.
telegram-store-down-press = My memory does not answer at the moment. Press again in a minute.
telegram-edit-ask = What should change? Answer this message.
telegram-edit-hint = warmer colours, cut on every beat …
telegram-privacy =
    In groups I see only what is meant for me. Answer a track with /video@{ $bot } and say what you want, or write @{ $bot } and your wish; answers to my messages reach me too.
    An admin can let me see everything: make me an admin, or switch privacy mode off at @BotFather.
telegram-token-refused = Telegram refuses TELEGRAM_TOKEN. Get a new one from @BotFather: /mybots, choose the bot, API Token. Then start again.
telegram-no-token = TELEGRAM_TOKEN is not set. @BotFather gives one.
telegram-no-webhook = TELEGRAM_MODE=webhook needs TELEGRAM_WEBHOOK_URL, the public https address.
telegram-no-base = TELEGRAM_LOCAL needs TELEGRAM_BASE_URL, the address of your own Bot API server.
