# Names and descriptions of slash commands: names are lower case, without blanks; descriptions at most 100 characters.
discord-menu = Make a video from this

discord-option-track = track
discord-option-track-about = Your music: MP3, WAV, AAC or FLAC go smoothest; 200 MB at most
discord-option-file-about = Another file: a picture, a clip, a second track
discord-option-prompt = prompt
discord-option-prompt-about = What you want, in your own words
discord-option-aspect = aspect
discord-option-aspect-about = Shape of the picture
discord-option-project = project
discord-option-project-about = Number of the project in the list
discord-option-title = title
discord-option-title-about = What to call it
discord-option-language = language
discord-option-language-about = Language of my words
discord-option-export = export
discord-option-export-about = When to make the MP4
discord-option-text = text
discord-option-text-about = A message you might write to me
discord-option-topic = topic
discord-option-topic-about = What you would like to know about

discord-aspect-16x9 = 16:9 · wide
discord-aspect-9x16 = 9:16 · vertical
discord-aspect-1x1 = 1:1 · square
discord-aspect-4x5 = 4:5 · portrait
discord-aspect-21x9 = 21:9 · cinema
discord-language-auto = as Discord is set
discord-language-en = English
discord-language-zh-CN = 简体中文
discord-language-zh-TW = 繁體中文
discord-language-es = Español
discord-export-changed = after every change
discord-export-asked = only when asked
discord-export-offer = offer a button

# Forms.
discord-form-title = New music video
discord-form-files = Your track, and pictures if you like
discord-form-words = What do you want to see?
discord-form-words-hint = A calm night drive, blue bars, the title “Night Drive” in the first 3 seconds…
discord-form-aspect = Shape
discord-edit-title = Change the video
discord-edit-words = What shall I change?
discord-edit-hint = Make it vertical; title in yellow; only the first 30 seconds…
discord-upload = Upload a track

# Notices.
discord-taken = { $place ->
    [0] On it. The card in this channel shows how far it is.
    [one] Taken. One job of this channel comes first.
   *[other] Taken. { $place } jobs of this channel come first.
}
discord-token-hint = Discord lets me write here for 15 minutes at a time; after that, press Status.
discord-expired = That button is from a job I no longer know. Send me the track again and I will start anew.
discord-not-yours = That button is for the person who asked for this video, and for moderators.
discord-store-down = I could not keep your message just now, so nothing was started. Please try again in a minute.
discord-not-deleted = Discord would not let me delete that message.
discord-failed = That did not work, and it was my fault. Please try again.
discord-old-command = This command has changed. Please reload Discord (Ctrl+R) and choose it again.
discord-not-allowed = I work only for people and servers on a list here. Whoever runs me can add you with { $line }.
discord-missing = I cannot answer in { $channel }. I lack: { $names }. A moderator can grant it under Edit Channel → Permissions.
discord-missing-here = I lack a permission here: { $names }. A moderator can grant it under Edit Channel → Permissions.
discord-nothing = Drop a track here and say what you want; a finished music video comes back.
discord-cannot-see = I cannot see the message you answered. Right-click it → Apps → “Make a video from this”, or hand me the track here:
discord-no-track-there = There is neither a file nor text in that message. Choose one with a track.
discord-unseen = Discord hides messages from me unless they mention me. Write @{ $name } before your words, or use /edit.
discord-hears-all = Here I read all talk in project threads and channels set aside for me; elsewhere mention me.
discord-hears-mentions = Here I see what mentions me, direct messages, commands and the message menu (no Message Content intent).
discord-token-refused = Discord refuses DISCORD_TOKEN. Copy the bot's token from https://discord.com/developers/applications → your application → Bot → Reset Token, and set it again.
