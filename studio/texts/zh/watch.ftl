watch-download = 下载
watch-gone = 这个视频已经不在了，或者链接不完整。
watch-none = 这个项目还没有做好的视频。
