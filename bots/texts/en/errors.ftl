errors-timeline-gone = The editor no longer knew this project, so I began a new one. The old timeline and its files are gone.
errors-broke-off = The answer broke off there. I checked the timeline, so nothing that was done is lost.
errors-broke-off-unchanged = The answer broke off there, and nothing changed on the timeline. It may have been counted. Try again?
errors-doubtful-message = I could not see whether your last message arrived. I did not send it again, so that you do not pay twice. Send it again?
errors-doubtful-delivery = I could not see whether the video reached this chat. If it is not above, press the button and I send it again.
errors-doubtful-upload = I could not see whether your file arrived. Send it again?
errors-nothing-seen = No full answer came, and no change has shown up since. The message did arrive, so it may have been counted. Try again?
errors-token-expired = The editor does not accept this bot's account right now. The operator has to look at its token.
errors-session-not-found = The editor lost this project, and a new one as well. Please try again in a few minutes.
errors-session-renewed = Whether your message was carried out before that, I cannot tell, so I did not say it again. Send the track once more if it was in the old project, or press the button to try the message again.
errors-out-of-credits = { $anonymous ->
    [yes] The free credits are used up. Register to go on:
   *[other] The credits are used up. Top up your account to go on:
}
errors-unsupported-file = { $why ->
    [convert] The editor does not take { errors-which-file } in this format. Convert it to MP3 or WAV and send it again.
    [empty] { errors-which-file } is empty. Please check it and send it again.
    [disguise] { errors-which-file } holds no music, film or picture that can be read, whatever its name says. Save it again as MP3, WAV, MP4 or JPG and send that.
   *[type] I cannot take { errors-which-file }. I take MP3, WAV, M4A, AAC, FLAC, OGG, MP4, MOV, AVI, WEBM, MKV, JPG, PNG, GIF and WEBP.
}
errors-file-too-large = The limit is 200 MB, and { errors-which-file } is larger: compress it (an MP3 is about a tenth of a WAV) or trim it.
errors-message-too-long = That message is longer than the editor takes. Say it in fewer words.
errors-which-file = { $name ->
    [unnamed] this file
   *[other] { $name }
}
errors-client-id-missing = The editor refused this bot. The operator has to look at the log.
errors-export-blocked = { $anonymous ->
    [yes] Exporting needs a registered account (this is about the plan, not about credits). Register here:
   *[other] This account's plan does not allow an export (this is about the plan, not about credits). Upgrade here:
}
errors-rate-limited = The editor asks us to slow down. Please try again in a minute.
errors-account-limited = The editor gives this bot no account right now: one a week is the limit. The operator can set NEMO_TOKEN to go on at once.
errors-session-busy = The editor is still busy with this project. Please try again in a moment.
errors-not-sent = I could not reach the editor. Nothing was sent and nothing was counted. Please try again in a moment.
errors-unreachable = The editor does not answer right now. Please try again in a moment.
errors-bad-answer = The editor gave an answer I do not understand. Please try again; if it happens again, the operator finds the reason in the log.
errors-unknown-code = The editor could not finish this. Please try again; if it happens again, the operator finds the reason in the log.
errors-render-unknown = The editor no longer knows this render.
errors-render-failed = { $reason ->
    [disk-full] The render failed: the studio's disk is full. Your draft is safe; make room, then say “export”.
   *[other] The render failed twice. Your draft is safe; say “export” to try again, or change something first.
}
errors-render-lost = The render did not finish in time. Your draft is safe; say “export” to try again.
errors-file-unavailable = { $reason ->
    [too-large] { $name } is too large. { $limit } MB is the limit: compress it (an MP3 is about a tenth of a WAV) or trim it.
    [too-large-for-platform] { $name } is larger than this chat lets a bot read ({ $limit } MB). Three ways out: paste a direct link to it, send a smaller file (MP3 instead of WAV), or run the bot with its own Bot API server.
    [gone] { $name } is no longer there. Please send it again.
    [disk-full] My disk is full, so I could not take { $name }. The operator has to make room; please send it again later.
    [missing] There is no file { $name }.
    [not-a-file] { $name } is not a file.
    [forbidden] I may not read { $name }.
    [link] I could not fetch { $name } from that address. It has to be public and lead straight to the file; check it, or send me the file itself.
   *[other] I could not fetch { $name }. Please send it again.
}
errors-queue-full = { $limit } messages already wait in this channel. Let me finish some of them first, or cancel one.
errors-parked = Something in this request breaks me each time, so I set it aside (job { $job }). The operator can see it. Everything else goes on.
errors-undelivered = The video is ready, but I may not post it here{ $permission ->
    [none] .
   *[other] : the permission “{ $permission }” is missing. Grant it and press the button.
}
errors-store-down = I cannot store messages right now, so I did not take this one. Please send it again in a minute.
errors-unexpected = Something went wrong on my side. Nothing was sent twice. Please try again.
errors-video-too-large = The finished video is too large to bring here. Try a shorter cut.
errors-video-unfetched = The video is made, but I could not fetch it. Press the button, and I fetch it again.
errors-export-not-taken = The editor did not take the export. Your draft is safe; say “export” to try again.
