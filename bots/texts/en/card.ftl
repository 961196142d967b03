card-owner = 👤 { $name }
card-usual = 🕐 usually { $range }
card-turn = 🕐 your turn in about { $range }
card-range = { $low } to { $high }
card-still = ⏳ Still working… { $elapsed }
card-seconds = { $count } s
card-minutes = { $count } min
