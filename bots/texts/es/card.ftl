card-owner = 👤 { $name }
card-place = ⏳ { $place ->
    [one] hay un trabajo delante
   *[other] hay { $place } trabajos delante
}
card-usual = 🕐 suele tardar de { $low } a { $high }
card-still = ⏳ Sigo en ello… { $elapsed }
card-seconds = { $count } s
card-minutes = { $count } min
