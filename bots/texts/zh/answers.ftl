answers-cancel-queued = ⏹️ 已从队列中移除。什么都没有发出，也没有计费。
answers-cancel-paid = ⏹️ 已停止。编辑器已经开始处理，这条消息可能已计费，改动也可能还会出现在时间线上。
answers-cancel-unpaid = ⏹️ 已停止。这次没有计费。
answers-cancel-unknown = ⏹️ 已停止。我看不出编辑器有没有开始，可能已计费。
answers-cancel-running = ⏹️ 正在停止…
answers-cancel-nothing = 这里没有正在进行的任务。
answers-help = 🎬 把歌发到这里，说说你想要什么，就会得到一个做好的音乐视频。
    • “用这首歌做一个可视化视频，剪辑跟着节拍走”
    • 然后：“开头 3 秒加标题《夜航》”“改成竖屏”“柱子换成蓝色”“音乐音量 35%”“只要前 30 秒”“撤销”
    • “导出”发送 MP4，“状态”看时间线，“积分”看余额，“取消”停止。
    小提示：90 秒以内又快又有活力；说清楚改什么、在什么时间；MP3、WAV、AAC、FLAC 最顺，最大 200 MB；MP4 到处都能播放。
    命令：/video /edit /export /status /queue /cancel /undo /projects /new /credits /format /language /settings /why /help
answers-tips = 💡 90 秒以内又快又有活力；MP3、WAV、AAC、FLAC 最顺，最大 200 MB；说清楚改什么、在什么时间；做好的 MP4 到处都能播放。/help 里有更多说明。
answers-tips-vague = 💡 说得越具体越好：“开头 3 秒加标题《夜航》，柱子换成蓝色”比“做得酷一点”管用。90 秒以内又快又有活力。
answers-keep-or-strip = 可以全部保留，也可以告诉我去掉什么，比如“去掉标题”或“音乐静音”。
answers-edit-which = 想改什么？直接写就行，比如“改成竖屏”或“柱子换成蓝色”。
answers-why-which = 想看我怎样理解哪句话？比如：/why 改成竖屏，再导出。
answers-why-clause = “{ $clause }”
answers-why-file = 附带的文件
answers-why-intent = { $intent ->
    [EXPORT] 要 MP4（EXPORT）
    [CREDITS] 查余额（CREDITS）
    [STATUS] 看时间线和进度（STATUS）
    [UPLOAD] 接收文件，或请你发来（UPLOAD）
    [CHAT] 原话交给视频编辑器（CHAT）
    [nothing] 没有要求什么
   *[other] 命令 { $intent }
}
answers-why-rule = { $rule ->
    [attachment] {""}
    [verb] ：这是命令
    [slash-command] ：这是斜杠命令
    [address] ：这是文件的地址
    [none] { $note ->
        [turned-off] ：前面一句说先不要
        [shown] ：这是要显示的文字或图标
        [no-file] ：没有附带文件
        [file] ：随文件说这句，是要做视频
        [bare-noun] ：和修改写在一起的单个词不算要求
        [about] ：在谈论这个操作，并没有要求做
        [too-long] ：太长，不会是命令
       *[other] ：里面没有命令
    }
   *[other] ：符合规则 { $rule }{ $note ->
        [mended] ，已纠正错字
       *[other] {""}
    }
}
answers-queue = { $count ->
    [0] 这里没有排队的任务。
   *[other] 这个频道的队列：
    { $lines }
}
answers-projects-new = { $had ->
    [yes] 新项目已打开。旧项目还在，用 /projects 可以回去。
   *[other] 新项目已打开。发一首歌给我吧。
}
answers-projects-list = { $count ->
    [0] { $open ->
        [yes] 现在打开的是《{ $name }》，这里只有这一个项目。用 /new 可以新建。
       *[no] 这里还没有项目。发一首歌给我吧。
    }
   *[other] { $open ->
        [yes] 现在打开的是《{ $name }》。其他项目（用 /projects 加编号回去）：
       *[no] 你在这里的项目（用 /projects 加编号回去）：
    }
    { $lines }
}
answers-projects-unknown = 没有项目 { $number }。一共有 { $count } 个。
answers-projects-resumed = 回到《{ $name }》了。
answers-language-which = 我可以用 English、中文（简体、繁體）和 Español 交流。现在是：{ $current }。用 /language zh 切换。
answers-language-set = 好的，以后用中文。
answers-settings-show = 语言：{ $language }（用 /language 切换）。
    每次改动后生成 MP4：{ $export }（用 /settings changed、asked 或 offer 切换）。
answers-settings-export = { $export ->
    [changed] 每次视频有改动，我都会生成 MP4。
    [asked] 只有你要求时，我才生成 MP4。
   *[other] 我会给你一个按钮来生成 MP4。
}
answers-language-auto = 好的，你用什么语言，我就用什么语言。
