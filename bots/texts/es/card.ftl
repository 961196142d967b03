card-owner = 👤 { $name }
card-usual = 🕐 suele tardar { $range }
card-turn = 🕐 te toca en unos { $range }
card-range = { $low } a { $high }
card-still = ⏳ Sigo en ello… { $elapsed }
card-seconds = { $count } s
card-minutes = { $count } min
