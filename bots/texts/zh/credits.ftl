credits-balance = 💳 可用积分 { $available }{ $frozen ->
    [0] 。
   *[other] ，进行中的任务占用 { $frozen }（共 { $total }）。
}
