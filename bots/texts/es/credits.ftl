credits-balance = 💳 { $available } créditos disponibles{ $frozen ->
    [0] .
   *[other] , { $frozen } reservados para trabajos en curso ({ $total } en total).
}
