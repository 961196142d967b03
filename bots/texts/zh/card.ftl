card-owner = 👤 { $name }
card-usual = 🕐 通常需要 { $range }
card-turn = 🕐 大约 { $range }后轮到你
card-range = { $low }到 { $high }
card-still = ⏳ 还在处理… 已用 { $elapsed }
card-seconds = { $count } 秒
card-minutes = { $count } 分钟
