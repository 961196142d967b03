status-job = ⚙️ { $stage ->
    [rendering] 正在渲染
    [submitting] 即将开始渲染
    [rendered] 视频马上送到
    [delivering] 正在发送视频
    [uploading] 正在接收文件
    [looking] 正在确认上一条消息的结果
   *[other] 正在处理一条消息
}{ $waiting ->
    [0] 。
   *[other] ；还有 { $waiting } 个在排队。
}
status-empty = { $media ->
    [0] 时间线上还没有内容。发一首歌给我，再说说你想要什么。
   *[other] 文件收到了（{ $media } 个），时间线上还没有内容。说说你想要什么，比如：“用这首歌做一个可视化视频，剪辑跟着节拍走”。
}
status-timeline = 时间线（{ $count } 条轨道）：
status-more = ……还有 { $count } 项
status-track-video = 视频
status-track-audio = 背景音乐
status-track-text = 标题
status-track-other = 轨道
status-track-empty = 空
status-segments = { $count } 个片段（{ $span }）
status-project = 项目
status-change-added = 新增{ $kind } { $name }
status-change-removed = 删除{ $kind } { $name }
status-change-moved = { $kind } { $name } 移动了位置
status-change-resized = { $kind } { $name } 时长
status-change-volume = { $kind } { $name } 音量
status-change-text = { $kind } { $name } 文字
status-change-renamed = { $kind } { $name } 改名
status-change-canvas = 画面比例
status-change-style = { $kind }的{ $look }
status-look = { $name ->
    [accent] 颜色
    [color] 颜色
    [background] 背景
    [palette] 配色
    [cuts] 切换节奏
    [style] 样式
    [font] 字体
    [effect] 特效
    [filter] 滤镜
    [transition] 转场
    [animation] 动画
    [fps] 帧率
    [artist] 歌手
   *[other] 样式
}
status-change-media = { $kind } { $name } 素材
status-change-other = { $kind } { $name } 有变化
status-undelivered = 视频做好了，之前没能发出来。按一下按钮，我就送来。
status-line = { $label }：{ $what }
status-comma = 、
status-quoted = “{ $text }”
