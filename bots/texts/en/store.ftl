# What the store refuses, for whoever runs the program.
store-failed = The store failed. The log says what happened.
store-silent = The store does not answer. Is the server of REDIS_URL up?
store-never-came = No store answered for { $seconds } s. Is the server of REDIS_URL up?
store-not-ready = The store is there but not ready yet. Try again in a moment.
store-full = The store is full. It takes nothing more until there is room again.
store-replica = The store takes no writes: REDIS_URL must name the primary, or use REDIS_MODE=sentinel.
store-not-permitted = The store refused a command: the user of REDIS_URL lacks a permission.
store-login = The store refused the login. Check user and password in REDIS_URL.
store-no-cluster = No node of the cluster answers, or the server is no cluster.
store-no-sentinels = REDIS_MODE=sentinel needs REDIS_SENTINELS: host:port of each, with commas between them.
store-no-nodes = REDIS_MODE=cluster needs REDIS_URL: one node or several, with commas between them.
store-address = REDIS_URL must begin with redis://, rediss:// or unix://.
store-no-server = The built-in store does not run on this system ({ $why }). Install Valkey or Redis and set REDIS_URL, for example REDIS_URL=redis://127.0.0.1:6379/0.
store-strange-folder = The folder { $path } belongs to somebody else. Set DATA_DIR to a shorter path.
store-long-path = The path of DATA_DIR is too long for a socket. Set DATA_DIR to a shorter one.
store-disk-full = The disk of { $path } is full. The store needs a little room.
store-forbidden = The store cannot write into { $path }. Check its owner, or set DATA_DIR to another folder.
store-no-locks = The file system of { $path } has no locks. Set DATA_DIR to a local disk.
store-no-folder = { $path } cannot be a folder, because a file is in its way. Set DATA_DIR to another place.
store-unusable = The store cannot use { $path }: { $reason }.
store-too-slow = The store did not answer within { $seconds } s. Its log is { $path }/valkey.log.
store-damaged = The store's data in { $path } is damaged. Put a backup of that folder in its place.
store-ended = The store ended at its start (code { $code }). Its log is { $path }/valkey.log.
store-no-turn = There is no job { $job } that could be repeated.
store-turn-runs = Job { $job } has not ended.
