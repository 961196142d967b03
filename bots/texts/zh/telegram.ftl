telegram-edited = 我只看消息发出时的内容，不看之后的修改。请把改动作为新消息发送。
telegram-expired = 这个按钮太旧了，我已经不记得它对应的任务。
telegram-not-allowed = 这个机器人只为主人选定的聊天服务。请让主人把这里加进去。
telegram-not-yours = 只有 { $name } 和本群管理员可以按这个按钮。
telegram-not-deleted = Telegram 不让我删除那条消息（机器人只能在 48 小时内删除）。你可以自己删除它。
telegram-unusable = 这个我用不上，但欢迎发歌来：以音乐、语音、视频或文件的形式发送，并说说想要什么样的视频。
telegram-store-down = 我的存储暂时没有响应。你的消息在 Telegram 那里是安全的，恢复后我会马上处理。
telegram-store-down-press = 我的存储暂时没有响应。请过一分钟再按一次。
telegram-edit-ask = 想改什么？请直接回复这条消息。
telegram-edit-hint = 颜色暖一点，每拍切一次……
telegram-privacy =
    在群里我只看得到发给我的内容。请用 /video@{ $bot } 回复一首歌并写下你的想法，或者发送 @{ $bot } 加上你的要求；回复我的消息我也能收到。
    管理员可以让我看到全部消息：把我设为管理员，或在 @BotFather 关闭隐私模式。
telegram-token-refused = Telegram 不接受 TELEGRAM_TOKEN。请在 @BotFather 重新获取：/mybots，选择机器人，API Token，然后重新启动。
telegram-no-token = 没有设置 TELEGRAM_TOKEN，可以向 @BotFather 要一个。
telegram-no-webhook = TELEGRAM_MODE=webhook 需要 TELEGRAM_WEBHOOK_URL，即公开的 https 地址。
telegram-no-base = TELEGRAM_LOCAL 需要 TELEGRAM_BASE_URL，即你自己的 Bot API 服务器的地址。
