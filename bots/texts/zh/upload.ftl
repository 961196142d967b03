upload-stored = 🎵 { $count ->
    [1] 收到 { $names }。
   *[other] 收到 { $count } 个文件：{ $names }。
}
upload-what-now = 现在告诉我你想要什么，比如：“用这首歌做一个可视化视频，剪辑跟着节拍走”。
upload-wanted = 直接把歌发到这里就行，附件或直链都可以。MP3、WAV、AAC、FLAC 最顺，最大 200 MB；90 秒以内又快又有活力。
