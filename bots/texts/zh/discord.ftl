discord-menu = 用这个做视频

discord-option-track = 歌曲
discord-option-track-about = 你的音乐：MP3、WAV、AAC、FLAC 最顺，最大 200 MB
discord-option-file-about = 另一个文件：图片、片段或第二首歌
discord-option-prompt = 要求
discord-option-prompt-about = 用你自己的话说想要什么
discord-option-aspect = 比例
discord-option-aspect-about = 画面比例
discord-option-project = 项目
discord-option-project-about = 列表中的项目编号
discord-option-title = 标题
discord-option-title-about = 给它起个名字
discord-option-language = 语言
discord-option-language-about = 我说的语言
discord-option-export = 导出
discord-option-export-about = 什么时候生成 MP4
discord-option-text = 文字
discord-option-text-about = 一条你可能会写给我的消息
discord-option-topic = 主题
discord-option-topic-about = 你想了解什么

discord-aspect-16x9 = 16:9 · 横屏
discord-aspect-9x16 = 9:16 · 竖屏
discord-aspect-1x1 = 1:1 · 方形
discord-aspect-4x5 = 4:5 · 竖版
discord-aspect-21x9 = 21:9 · 影院
discord-language-auto = 跟随 Discord
discord-language-en = English
discord-language-zh-CN = 简体中文
discord-language-zh-TW = 繁體中文
discord-language-es = Español
discord-export-changed = 每次改动之后
discord-export-asked = 只在要求时
discord-export-offer = 给一个按钮

discord-form-title = 新的音乐视频
discord-form-files = 你的歌，也可以加图片
discord-form-words = 你想看到什么？
discord-form-words-hint = 安静的夜间驾车，蓝色柱子，开头 3 秒标题《夜航》……
discord-form-aspect = 比例
discord-edit-title = 修改视频
discord-edit-words = 要改什么？
discord-edit-hint = 改成竖屏；标题用黄色；只要前 30 秒……
discord-upload = 上传歌曲

discord-taken = { $place ->
    [0] 开始了。进度看这个频道中的卡片。
   *[other] 收到。这个频道中还有 { $place } 个任务排在前面。
}
discord-token-hint = Discord 每次只让我在这里写 15 分钟；之后请按“状态”。
discord-expired = 这个按钮属于我已经不记得的任务。把歌再发给我，我重新开始。
discord-not-yours = 这个按钮只给要求做这个视频的人和管理员用。
discord-store-down = 我刚才没能存下你的消息，所以什么都没有开始。请过一分钟再试。
discord-not-deleted = Discord 不让我删除那条消息。
discord-failed = 没有成功，是我的问题。请再试一次。
discord-old-command = 这个命令改过了。请刷新 Discord（Ctrl+R）再选一次。
discord-not-allowed = 我只为名单上的人和服务器工作。运行我的人可以用 { $line } 把你加进来。
discord-missing = 我无法在 { $channel } 回复，缺少权限：{ $names }。管理员可以在“编辑频道 → 权限”里授予。
discord-missing-here = 我在这里缺少权限：{ $names }。管理员可以在“编辑频道 → 权限”里授予。
discord-nothing = 把歌发到这里，说说你想要什么，就会得到一个做好的音乐视频。
discord-cannot-see = 我看不到你回复的那条消息。右键点它 → 应用 → “用这个做视频”，或者在这里把歌给我：
discord-no-track-there = 那条消息里没有文件也没有文字。请选一条有歌的消息。
discord-unseen = 没有提到我的消息，Discord 不给我看。请在话前面写 @{ $name }，或用 /编辑。
discord-hears-all = 在这里，项目帖子和专用频道中的话我都能看到；别处请提到我。
discord-hears-mentions = 在这里，我只看得到提到我的消息、私信、命令和消息菜单（没有 Message Content 权限）。
discord-token-refused = Discord 不接受 DISCORD_TOKEN。请到 https://discord.com/developers/applications → 你的应用 → Bot → Reset Token 复制新的令牌，再设置一次。
