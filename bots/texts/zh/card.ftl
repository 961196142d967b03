card-owner = 👤 { $name }
card-place = ⏳ 前面还有 { $place } 个任务
card-usual = 🕐 通常需要 { $low } 到 { $high }
card-still = ⏳ 还在处理… 已用 { $elapsed }
card-seconds = { $count } 秒
card-minutes = { $count } 分钟
