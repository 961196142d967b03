"""What must survive: the only package that imports redis.

keys       every Redis key with its type and life
config     which store, and its few settings
embedded   the store that comes with the program, when no other is named
server     one connection to one server, Sentinel or Cluster; what it refuses comes as a StoreError
scripts    the moves that must be one: put, claim, renew, begin, write, finish, release, cancel
record     one turn as it is stored, read by this version and every later one
inbox      what people said, once each, in order, channel by channel
engine     who holds which channel, and runs its turns; held: one turn in the hands of its holder
sessions   the backend session of a channel, its projects, and choices of people
tokens notes history   the anonymous token, small things with a life span, how long work takes
open       opens all of it
"""
