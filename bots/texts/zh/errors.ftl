errors-timeline-gone = 编辑器已经不认识这个项目了，我开了一个新的。原来的时间线和文件都没有了。
errors-broke-off = 回答到这里中断了。我查过时间线，已经做好的都还在。
errors-broke-off-unchanged = 回答到这里中断了，时间线没有变化。这条消息可能已经计费。要再试一次吗？
errors-doubtful-message = 我看不出你上一条消息有没有送到。为了不让你重复付费，我没有再发。要再发一次吗？
errors-doubtful-delivery = 我看不出视频有没有发到这里。如果上面没有，请按按钮，我再发一次。
errors-doubtful-upload = 我看不出你的文件有没有送到。要再发一次吗？
errors-nothing-seen = 没有收到完整的回答，之后也一直没看到变化。消息确实送到了，所以可能已经计费。要再试一次吗？
errors-token-expired = 编辑器暂时不接受本机器人的账号，需要管理员检查令牌。
errors-session-not-found = 编辑器丢失了这个项目，新开的也没留住。请过几分钟再试。
errors-session-renewed = 你的消息之前有没有处理，我看不出来，所以没有再发。如果歌在旧项目里，请再发一次歌；或者按按钮重发这条消息。
errors-out-of-credits = { $anonymous ->
    [yes] 免费积分用完了。注册后可以继续：
   *[other] 积分用完了。请充值后继续：
}
errors-unsupported-file = { $why ->
    [convert] 编辑器不收{ errors-which-file }这种格式。请转成 MP3 或 WAV 再发一次。
    [empty] { errors-which-file }是空的。请检查后再发一次。
    [disguise] { errors-which-file }里没有能读的音乐、视频或图片，和它的名字不符。请重新存成 MP3、WAV、MP4 或 JPG 再发。
   *[type] 我收不了{ errors-which-file }。支持 MP3、WAV、M4A、AAC、FLAC、OGG、MP4、MOV、AVI、WEBM、MKV、JPG、PNG、GIF、WEBP。
}
errors-file-too-large = 上限是 200 MB，{ errors-which-file }太大了。请压缩（MP3 大约是 WAV 的十分之一）或剪短。
errors-message-too-long = 这条消息太长，编辑器收不下。请说得短一些。
errors-which-file = { $name ->
    [unnamed] 这个文件
   *[other] “{ $name }”
}
errors-client-id-missing = 编辑器拒绝了本机器人，需要管理员查看日志。
errors-export-blocked = { $anonymous ->
    [yes] 导出需要注册账号（这是套餐问题，与积分无关）。在这里注册：
   *[other] 这个账号的套餐不能导出（这是套餐问题，与积分无关）。在这里升级：
}
errors-rate-limited = 编辑器请我们慢一点。请一分钟后再试。
errors-account-limited = 编辑器暂时不给本机器人账号：每周只有一个。管理员设置 NEMO_TOKEN 后马上就能继续。
errors-session-busy = 编辑器还在处理这个项目。请稍后再试。
errors-not-sent = 连不上编辑器。什么都没有发出，也没有计费。请稍后再试。
errors-unreachable = 编辑器暂时没有回应。请稍后再试。
errors-bad-answer = 编辑器的回答我看不懂。请再试一次；如果还不行，管理员可以在日志里找到原因。
errors-unknown-code = 编辑器没能完成这个请求。请再试一次；如果还不行，管理员可以在日志里找到原因。
errors-render-unknown = 编辑器已经不认识这次渲染了。
errors-render-failed = { $reason ->
    [disk-full] 渲染失败：工作室的磁盘满了。草稿还在；腾出空间后说“导出”。
   *[other] 渲染失败了两次。草稿还在；说“导出”再试一次，或者先改动一下。
}
errors-render-lost = 渲染没有按时完成。草稿还在；说“导出”再试一次。
errors-file-unavailable = { $reason ->
    [too-large] { $name } 太大了，上限 { $limit } MB。请压缩（MP3 大约是 WAV 的十分之一）或剪短。
    [too-large-for-platform] { $name } 超过了机器人在这里能读取的大小（{ $limit } MB）。三个办法：贴一个直链、发小一点的文件（用 MP3 代替 WAV），或者给机器人自建 Bot API 服务器。
    [gone] { $name } 已经不在了，请再发一次。
    [disk-full] 我的磁盘满了，没能收下 { $name }。请管理员清理空间，稍后再发一次。
    [missing] 没有 { $name } 这个文件。
    [not-a-file] { $name } 不是文件。
    [forbidden] 我没有权限读取 { $name }。
    [link] 没能从这个地址取到 { $name }。地址必须公开，并且直接指向文件；请检查一下，或者直接把文件发给我。
   *[other] 没能取到 { $name }，请再发一次。
}
errors-queue-full = 这个频道已有 { $limit } 条消息在排队。等我先处理一些，或取消一条。
errors-parked = 这个请求每次都让我出错，我先把它放到一边（任务 { $job }）。管理员看得到，其他消息照常处理。
errors-undelivered = 视频做好了，但我不能发到这里{ $permission ->
    [none] 。
   *[other] ：缺少权限“{ $permission }”。授权后按下面的按钮。
}
errors-store-down = 我现在没法保存消息，所以没有收下这一条。请一分钟后再发一次。
errors-unexpected = 我这边出了点问题。没有重复发送。请再试一次。
errors-video-too-large = 做好的视频太大，没法送到这里。试试剪短一些。
errors-video-unfetched = 视频做好了，但我没能取到它。按一下按钮，我再去取。
errors-export-not-taken = 编辑器没有接下这次导出。草稿还在；说“导出”再试一次。
