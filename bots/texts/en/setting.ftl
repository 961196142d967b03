# What is wrong with a setting; its name stands before these words.
setting-wrong = { $name }: { $problem }
setting-whole-number = a whole number is needed
setting-number = a number is needed
setting-switch = true or false is needed
setting-choice = one of these is needed: { $allowed }
setting-at-least = { $limit } is the least
setting-more-than = more than { $limit } is needed
setting-at-most = { $limit } is the most
setting-less-than = less than { $limit } is needed
setting-missing = a value is needed
setting-unknown = there is no such setting
