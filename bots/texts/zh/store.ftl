store-failed = 存储出错了，原因在日志里。
store-silent = 存储没有回应。REDIS_URL 指的服务器开着吗？
store-never-came = 等了 { $seconds } 秒，存储一直没有回应。REDIS_URL 指的服务器开着吗？
store-not-ready = 存储还没准备好，请稍后再试。
store-full = 存储满了，腾出空间之前不再接收任何内容。
store-replica = 存储不能写入：REDIS_URL 要指向主节点，或者使用 REDIS_MODE=sentinel。
store-not-permitted = 存储拒绝了命令：REDIS_URL 里的用户缺少权限。
store-login = 存储拒绝登录，请检查 REDIS_URL 里的用户名和密码。
store-no-cluster = 集群没有节点回应，或者这个服务器不是集群。
store-no-sentinels = REDIS_MODE=sentinel 需要 REDIS_SENTINELS：每个写成 host:port，用逗号隔开。
store-no-nodes = REDIS_MODE=cluster 需要 REDIS_URL：一个或多个节点，用逗号隔开。
store-address = REDIS_URL 必须以 redis://、rediss:// 或 unix:// 开头。
store-no-server = 自带的存储在这个系统上运行不了（{ $why }）。请安装 Valkey 或 Redis，并设置 REDIS_URL，例如 REDIS_URL=redis://127.0.0.1:6379/0。
store-strange-folder = 文件夹 { $path } 属于别人。请把 DATA_DIR 设成更短的路径。
store-long-path = DATA_DIR 的路径太长，放不下套接字。请换一个更短的 DATA_DIR。
store-disk-full = { $path } 所在的磁盘满了，存储需要一点空间。
store-forbidden = 存储无法写入 { $path }。请检查它的所有者，或换一个 DATA_DIR。
store-no-locks = { $path } 所在的文件系统不支持文件锁。请把 DATA_DIR 设在本地磁盘上。
store-no-folder = { $path } 处已经有一个文件，无法建文件夹。请把 DATA_DIR 设到别处。
store-unusable = 存储用不了 { $path }：{ $reason }。
store-too-slow = 等了 { $seconds } 秒，存储没有回应。日志在 { $path }/valkey.log。
store-damaged = { $path } 里的存储数据损坏了。请用这个文件夹的备份替换它。
store-ended = 存储一启动就退出了（代码 { $code }）。日志在 { $path }/valkey.log。
store-no-turn = 没有可以重做的任务 { $job }。
store-turn-runs = 任务 { $job } 还没有结束。
