cli-you = 你
cli-demo-prompt = 用这首歌做一个可视化视频，剪辑跟着节拍走
cli-demo-done = ✅ { $path }
    { $length } · { $mb } MB · { $width }×{ $height } · 用时 { $took }
cli-demo-failed = 这次没有做出视频。
cli-starting = 正在启动工作室…
cli-chat-welcome = From Music。把歌拖到这个窗口（或输入路径），说说你想要什么，按回车。/help 查看帮助，Ctrl-D 离开。
cli-chat-bye = 再见。项目会保留，`from-music chat` 可以接着聊。
cli-chat-no-button = 没有 { $number } 号按钮。
cli-interrupted = 已停止。项目还在：from-music chat --name { $chat } 可以接着聊。
cli-missing = 没有 { $path } 这个文件。
cli-not-a-file = { $path } 不是文件。
cli-forbidden = 我没有权限读取 { $path }。
cli-empty-file = { $path } 是空文件。
cli-out-dir = 无法把视频写到 { $path }：{ $reason }。
cli-run-nothing = 没有平台设置了令牌。请设置 DISCORD_TOKEN 或 TELEGRAM_TOKEN（见 .env.example），或者在这里聊：from-music chat
cli-run-ready = { $platform } 已就绪。
cli-run-stopping = 正在停止：交接任务…
cli-jobs-none = 没有任务。
cli-jobs-unknown = 没有任务 { $job }。
cli-jobs-cancelled = { $outcome ->
    [queued] 任务 { $job } 已移出队列。
    [running] 任务 { $job } 正在停止。
   *[gone] 任务 { $job } 已经结束。
}
cli-jobs-redelivered = 任务 { $job } 会以任务 { $new } 重新发送。
cli-jobs-nothing-to-deliver = 任务 { $job } 没有做好的视频。
cli-sse-missing = 无法读取 { $path }。
cli-invite-id = 哪个应用？请设置 DISCORD_TOKEN，或用 --client-id 给出开发者后台里的应用 ID。
cli-sse-large = { $path } 太大，录制文件上限 { $mb } MB。
cli-why-text = 要解释哪条消息？试试：from-music why "改成竖屏，然后导出"
cli-chat-expired = 这个按钮对应的任务已经找不到了，请直接用文字说。
cli-studio-folder = 工作室用不了 { $path }：{ $reason }。
cli-studio-ended = 工作室没有启动。它最后说的是：{ $reason }
cli-studio-silent = 工作室没有及时回应。日志在 { $path }。
cli-studio-other = 另一个进程正在运行这个数据文件夹的工作室，但没有回应。请结束那个进程，或换一个 DATA_DIR。
