credits-balance = 💳 { $available } credits available{ $frozen ->
    [0] .
   *[other] , { $frozen } held for work in progress ({ $total } in all).
}
