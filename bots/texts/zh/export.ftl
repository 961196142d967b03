export-nothing-yet = { $media ->
    [0] 还没有可以导出的内容。先发一首歌给我，再说说你想要什么。
   *[other] 还没有可以导出的内容。先说说你想要什么，比如：“用这首歌做一个可视化视频，剪辑跟着节拍走”。
}
export-submitting = 🎞️ 正在送去渲染…
export-progress = 🎞️ 渲染中… { $percent }%
export-slow = 这次渲染比平时久。我会一直看着，做好马上送来。
export-offered = 草稿好了。要生成 MP4 吗？
export-superseded = ⏭️ 后面的新消息会改动它，等那条处理完再渲染。
export-delivering = 📦 正在送来…
export-ready = 🎉 《{ $name }》做好了。
export-ready-copy = 🎉 《{ $name }》做好了。这是适合聊天窗口的小一号版本；完整画质：{ $link }
export-ready-copy-no-link = 🎉 《{ $name }》做好了。原文件超出这个聊天的大小限制，这是小一号的版本；本机器人没有公开地址，所以没有链接。
export-ready-link = 🎉 《{ $name }》做好了（{ $mb } MB）：{ $link }
export-ready-no-link = 🎉 《{ $name }》做好了，但有 { $mb } MB，超出这个聊天的限制，而本机器人没有公开地址可以给链接。试试剪短一些，或请管理员设置 PUBLIC_URL。
