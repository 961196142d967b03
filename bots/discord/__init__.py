"""Discord, by the way of a message:

app          builds the bot, keeps it running
seams        addresses from settings; the gateway survives what it cannot read
bot          what comes in: judged, read, handed to the intake
inbound      messages, commands, presses → Message                               pure
commands     slash commands and the message menu, from the registry of verbs
buttons, modals, answers   presses, forms, and what we answer ourselves
outbound     cards, replies, videos, files, over REST
card         Post → components
routes       by the bot or by an interaction's token; nonces, markers            pure
refusals     what Discord says no with, as our classes
download     attachments, streamed
markup, limits, access, permissions   words, numbers, lists, rights             pure
memory       notes that may fail
"""
