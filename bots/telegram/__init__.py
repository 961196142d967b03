"""Telegram: the same names as Discord.

app        builds the application, serves it
poller     long polling and webhook: nothing is confirmed before it is stored
guard      updates are parsed one by one
gate       update → kept → shown to have been heard; albums, presses, access beside it
inbound    update → Message                                                  pure
commands   the command menu, from the registry of verbs
outbound   posts, edits, videos, files
budget     who may send next                                                 pure
sender     the budget's shell
markup, limits, refusals   entities and buttons, numbers, what a refusal means   pure
files, chats, redact       bytes, moved and lost chats, the token kept out of logs
"""

import os

# The library then speaks of durations as timedeltas, which it will do anyway, and warns at each 429 otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "true")
