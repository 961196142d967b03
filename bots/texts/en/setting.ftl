# What is wrong with a setting; its name stands before these words.
setting-wrong = { $name }: { $problem }
setting-whole-number = a whole number is needed
setting-number = a number is needed
setting-switch = true or false is needed
setting-choice = one of these is needed: { $wanted }
setting-at-least = { $wanted } is the least
setting-more-than = more than { $wanted } is needed
setting-at-most = { $wanted } is the most
setting-less-than = less than { $wanted } is needed
setting-missing = a value is needed
setting-unknown = there is no such setting
