card-owner = 👤 { $name }
card-place = ⏳ { $place ->
    [one] one job comes first
   *[other] { $place } jobs come first
}
card-usual = 🕐 usually { $low } to { $high }
card-still = ⏳ Still working… { $elapsed }
card-seconds = { $count } s
card-minutes = { $count } min
