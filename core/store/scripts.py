"""The moves that must be one. Time is the server's; a holder is known by its token "fence:replica".

Each may be repeated by the same caller: a lost reply costs nothing. A script whose first write is one that a full
server allows (PERSIST, LPOP, HDEL …) may go on writing there: that is how leases and ends of turns work when full.
"""

from __future__ import annotations

_NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

# KEYS own …  ARGV queue token …
_OWNED = "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end\n"

# A channel's projects have no limit of life while a turn of it waits or runs, and one from the end of its last turn on.
# KEYS … own-queue session projects, at the end
_KEEP = """
redis.call('PERSIST', KEYS[#KEYS - 1])
redis.call('PERSIST', KEYS[#KEYS])
"""

# ARGV … ttl_s, at the end
_LET_GO = """
if redis.call('LLEN', KEYS[#KEYS - 2]) == 0 then
  redis.call('EXPIRE', KEYS[#KEYS - 1], ARGV[#ARGV])
  redis.call('EXPIRE', KEYS[#KEYS], ARGV[#ARGV])
end
"""

# KEYS seen due queue turn jobs own-queue session projects
# ARGV queue turn limit seen_ttl wake jobs_ms next field value …
# -> turn, place, duplicate, full; `next` = '1': before all that wait
PUT = (
    _NOW
    + """
local known = redis.call('GET', KEYS[1])
if known then
  local place = redis.call('LPOS', KEYS[3], known)
  return {known, place or 0, known == ARGV[2] and 0 or 1, 0}
end
local before = redis.call('LLEN', KEYS[3])
if before > tonumber(ARGV[3]) then return {'', before, 0, 1} end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
redis.call('HSET', KEYS[4], 'created_ms', now, unpack(ARGV, 8))
if ARGV[7] == '1' and before > 0 then
  redis.call('LINSERT', KEYS[3], 'AFTER', redis.call('LINDEX', KEYS[3], 0), ARGV[2])
  before = 1
else
  redis.call('RPUSH', KEYS[3], ARGV[2])
end
redis.call('ZADD', KEYS[5], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - ARGV[6])
if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1]) == 1 then redis.call('PUBLISH', ARGV[5], '') end
"""
    + _KEEP
    + "return {ARGV[2], before, 0, 0}\n"
)

# KEYS old due queue new jobs own-queue session projects   ARGV queue new limit wake field value …
# -> as PUT; the old record learns its follower, so a second press makes no second turn
RETRY = (
    _NOW
    + """
local follower = redis.call('HGET', KEYS[1], 'retried_as')
if follower then
  return {follower, redis.call('LPOS', KEYS[3], follower) or 0, follower == ARGV[2] and 0 or 1, 0}
end
local before = redis.call('LLEN', KEYS[3])
if before > tonumber(ARGV[3]) then return {'', before, 0, 1} end
redis.call('HSET', KEYS[1], 'retried_as', ARGV[2])
redis.call('HSET', KEYS[4], 'created_ms', now, unpack(ARGV, 5))
redis.call('RPUSH', KEYS[3], ARGV[2])
redis.call('ZADD', KEYS[5], now, ARGV[2])
if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1]) == 1 then redis.call('PUBLISH', ARGV[4], '') end
"""
    + _KEEP
    + "return {ARGV[2], before, 0, 0}\n"
)

# KEYS own fence claimed cancels trouble due…   ARGV call replica room lease_ms
# -> {queue, token, …}, ms until the next is due, ids of turns to be cancelled; a lease that ran out is trouble
CLAIM = (
    _NOW
    + """
redis.call('PERSIST', KEYS[2])
local got, last = {}, redis.call('HMGET', KEYS[3], 'call', 'got')
if last[1] == ARGV[1] then
  got = cjson.decode(last[2])
else
  for i = 6, #KEYS do
    local room = tonumber(ARGV[3]) - #got / 2
    for _, queue in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'LIMIT', 0, room)) do
      local fence = math.max((tonumber(redis.call('GET', KEYS[2])) or 0) + 1, now)
      local token = string.format('%.0f', fence) .. ':' .. ARGV[2]
      redis.call('SET', KEYS[2], string.format('%.0f', fence))
      redis.call('ZADD', KEYS[i], now + ARGV[4], queue)
      if redis.call('HEXISTS', KEYS[1], queue) == 1 then redis.call('SET', KEYS[5], now) end
      redis.call('HSET', KEYS[1], queue, token)
      got[#got + 1] = queue
      got[#got + 1] = token
    end
  end
  if #got > 0 then
    redis.call('HSET', KEYS[3], 'call', ARGV[1], 'got', cjson.encode(got))
    redis.call('EXPIRE', KEYS[3], 3600)
  end
end
local wait = 60000
for i = 6, #KEYS do
  local first = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if first[2] then wait = math.min(wait, first[2] - now) end
end
return {got, math.floor(wait), redis.call('SMEMBERS', KEYS[4])}
"""
)

# KEYS own due…   ARGV lease_ms, then queue token number-of-its-due-key …   -> queues that were lost
RENEW = (
    _NOW
    + """
redis.call('PERSIST', KEYS[1])
local lost = {}
for i = 2, #ARGV, 3 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('ZADD', KEYS[1 + ARGV[i + 2]], 'XX', now + ARGV[1], ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
"""
)

# KEYS own trouble due…   ARGV replica   -> number of queues a former run of this replica held, free again
RECLAIM = (
    _NOW
    + """
redis.call('PERSIST', KEYS[2])
redis.call('SET', KEYS[2], now)
local all, freed = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #all, 2 do
  local _, colon = string.find(all[i + 1], ':', 1, true)
  if colon and string.sub(all[i + 1], colon + 1) == ARGV[1] then
    for k = 3, #KEYS do
      if redis.call('ZSCORE', KEYS[k], all[i]) then
        redis.call('HDEL', KEYS[1], all[i])
        redis.call('ZADD', KEYS[k], now, all[i])
        freed = freed + 1
      end
    end
  end
end
return freed
"""
)

# KEYS trouble   -> ms since a program began, or left a lease to run out
QUIET = (
    _NOW
    + """
return now - (tonumber(redis.call('GET', KEYS[1])) or 0)
"""
)

# KEYS own turn   ARGV queue token tries   -> 1, or 0: not the holder
BEGIN = (
    _OWNED
    + _NOW
    + """
redis.call('HSETNX', KEYS[2], 'began_ms', now)
redis.call('HSET', KEYS[2], 'tries', ARGV[3])
return 1
"""
)

# KEYS own turn due events   ARGV queue token turn lease_ms events_max field value …   -> 1, or 0: not the holder
WRITE = (
    _OWNED
    + _NOW
    + """
local old = redis.call('HMGET', KEYS[2], 'step', 'stage', 'facts')
redis.call('HSET', KEYS[2], unpack(ARGV, 6))
redis.call('ZADD', KEYS[3], 'XX', now + ARGV[4], ARGV[1])
local new = redis.call('HMGET', KEYS[2], 'step', 'stage', 'facts')
local further = old[1] ~= new[1] or old[2] ~= new[2]
if further or old[3] ~= new[3] then redis.call('HSET', KEYS[2], 'tries', 0) end
if further then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], '*',
    'turn', ARGV[3], 'queue', ARGV[1], 'step', new[1] or '0', 'stage', new[2] or '')
end
return 1
"""
)

# KEYS own turn due queue cancels own-queue session projects   ARGV queue token turn turn_ttl_s stage ttl_s
# -> 1, or 0: not the holder
FINISH = (
    _OWNED
    + _NOW
    + """
if redis.call('LINDEX', KEYS[4], 0) == ARGV[3] then redis.call('LPOP', KEYS[4]) end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SREM', KEYS[5], ARGV[3])
if redis.call('EXISTS', KEYS[2]) == 1 then
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], 'stage', ARGV[5]) end
  redis.call('HSET', KEYS[2], 'ended_ms', now)
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
if redis.call('LLEN', KEYS[4]) > 0 then redis.call('ZADD', KEYS[3], now, ARGV[1])
else redis.call('ZREM', KEYS[3], ARGV[1]) end
"""
    + _LET_GO
    + "return 1\n"
)

# KEYS own turn due   ARGV queue token delay_ms forgive wake   -> 1, or 0: not the holder any more
# A start that lives to say that it ended was no crash: it is taken off the count, but not those that crashed before.
RELEASE = (
    _NOW
    + """
local mine = redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2]
redis.call('HDEL', KEYS[1], mine and ARGV[1] or '')
if ARGV[4] == '1' and (tonumber(redis.call('HGET', KEYS[2], 'tries')) or 0) > 0 then
  redis.call('HINCRBY', KEYS[2], 'tries', -1)
end
if not mine then return 0 end
redis.call('ZADD', KEYS[3], now + ARGV[3], ARGV[1])
if ARGV[3] == '0' then redis.call('PUBLISH', ARGV[5], '') end
return 1
"""
)

# KEYS own due… turn…   ARGV number-of-due-keys wake, then queue token number-of-its-due-key …
HANDOVER = (
    _NOW
    + """
for i = 3, #ARGV, 3 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    local turn = KEYS[1 + ARGV[1] + i / 3]
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('ZADD', KEYS[1 + ARGV[i + 2]], now, ARGV[i])
    if (tonumber(redis.call('HGET', turn, 'tries')) or 0) > 0 then redis.call('HINCRBY', turn, 'tries', -1) end
  end
end
redis.call('PUBLISH', ARGV[2], '')
return 1
"""
)

# KEYS turn queue own due cancels own-queue session projects   ARGV turn queue turn_ttl_s hint ttl_s
# -> queued, running or gone
CANCEL = (
    _NOW
    + """
local stage, began, ended = unpack(redis.call('HMGET', KEYS[1], 'stage', 'began_ms', 'ended_ms'))
if ended then return stage == 'cancelled' and not began and 'queued' or 'gone' end
if not stage then return 'gone' end
local head = redis.call('LINDEX', KEYS[2], 0) == ARGV[1]
local held = redis.call('HEXISTS', KEYS[3], ARGV[2]) == 1
if not head or not (began or held) then
  if redis.call('LREM', KEYS[2], 0, ARGV[1]) == 0 then return 'gone' end
  redis.call('HSET', KEYS[1], 'stage', 'cancelled', 'cancel', '1', 'ended_ms', now)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  if redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[4], ARGV[2]) end
"""
    + _LET_GO
    + """
  return 'queued'
end
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], 'cancel', '1')
redis.call('SADD', KEYS[5], ARGV[1])
if not held then redis.call('ZADD', KEYS[4], 'XX', now, ARGV[2]) end
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 'running'
"""
)

# KEYS turn   ARGV word   -> 1, or 0: there is no such turn any more. Not fenced: a former holder speaks.
WORD = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'word', ARGV[1])
return 1
"""

# KEYS own value   ARGV queue token text   -> 1, or 0: not the holder
SAVE = (
    _OWNED
    + """
redis.call('SET', KEYS[2], ARGV[3])
return 1
"""
)

# KEYS own value list   ARGV queue token text ('' = none) text-put-aside ('' = none) keep   -> 1, or 0: not the holder
SWAP = (
    _OWNED
    + """
if ARGV[4] ~= '' and redis.call('GET', KEYS[2]) == ARGV[4] then
  redis.call('LPUSH', KEYS[3], ARGV[4])
  redis.call('LTRIM', KEYS[3], 0, ARGV[5] - 1)
end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[2])
else
  redis.call('LREM', KEYS[3], 1, ARGV[3])
  redis.call('SET', KEYS[2], ARGV[3])
end
return 1
"""
)

# KEYS spent first last sent   ARGV first every_ms burst gap_ms leaves_gap_ms room window_ms
# -> ms to wait, 1 if for the chat; nought: it is spent. `spent` is when all is made up for (GCRA), in ms with a
# fraction. A `first` that must wait for the bot keeps all others waiting until it was here again. What lies further
# ahead than it can was written before the clock was set back, and counts for nothing.
TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local first, every, burst, gap = ARGV[1] == '1', tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local room, window = tonumber(ARGV[6]), tonumber(ARGV[7])
local wait = 0
if gap > 0 then wait = math.max(0, redis.call('PTTL', KEYS[3])) end
if room > 0 then
  local at = tonumber(redis.call('LINDEX', KEYS[4], -room) or 0)
  if at <= now then wait = math.max(wait, at + window - now) end
end
if wait > 0 then return {math.ceil(wait), 1} end
local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
if spent < now or spent > now + every * (burst + 1) then spent = now end
wait = spent - now - every * (burst - 1)
if not first then wait = math.max(wait, redis.call('PTTL', KEYS[2])) end
if wait > 0 then
  if first then redis.call('SET', KEYS[2], '1', 'PX', math.ceil(wait) + 250) end
  return {math.ceil(wait), 0}
end
if first then redis.call('DEL', KEYS[2]) end
redis.call('SET', KEYS[1], string.format('%.3f', spent + every), 'PX', math.ceil(every * (burst + 1)) + 1000)
local leaves = tonumber(ARGV[5])
if leaves > 0 then redis.call('SET', KEYS[3], '1', 'PX', leaves) end
if room > 0 then
  redis.call('RPUSH', KEYS[4], string.format('%.0f', now))
  redis.call('LTRIM', KEYS[4], -64, -1)
  redis.call('PEXPIRE', KEYS[4], window)
end
return {0, 0}
"""

# KEYS lock   ARGV nonce   -> 1 if it was ours
UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

ALL = {
    "put": PUT,
    "retry": RETRY,
    "claim": CLAIM,
    "renew": RENEW,
    "reclaim": RECLAIM,
    "quiet": QUIET,
    "begin": BEGIN,
    "write": WRITE,
    "finish": FINISH,
    "release": RELEASE,
    "handover": HANDOVER,
    "cancel": CANCEL,
    "word": WORD,
    "save": SAVE,
    "swap": SWAP,
    "take": TAKE,
    "unlock": UNLOCK,
}
