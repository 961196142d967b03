# Answers to our own verbs; their names stand in verbs.ftl.
answers-cancel-queued = ⏹️ Taken out of the queue. Nothing was sent or counted.
answers-cancel-paid = ⏹️ Stopped. The editor had already begun, so that message may have been counted, and its change may still show up on the timeline.
answers-cancel-unpaid = ⏹️ Stopped. Nothing was counted for this.
answers-cancel-unknown = ⏹️ Stopped. I cannot see whether the editor had begun, so it may have been counted.
answers-cancel-running = ⏹️ Stopping…
answers-cancel-nothing = Nothing is running here.
answers-help = 🎬 Drop a track here and say what you want; a finished music video comes back.
    • “create a video from this music with visualizer and beat-synced cuts”
    • then: “title "Night Drive" for 3 seconds”, “make it vertical”, “blue bars”, “music at 35%”, “only the first 30 seconds”, “undo”
    • “export” sends the MP4, “status” shows the timeline, “credits” the balance, “cancel” stops.
    Tips: under 90 seconds is faster and livelier; say concretely what and when; MP3, WAV, AAC and FLAC go smoothest, 200 MB at most; the MP4 plays everywhere.
    Commands: /video /edit /export /status /queue /cancel /undo /projects /new /credits /format /language /settings /why /help
answers-tips = 💡 Under 90 seconds is faster and livelier; MP3, WAV, AAC and FLAC go smoothest, 200 MB at most; say concretely what you want and when; the MP4 plays everywhere. /help tells more.
answers-tips-vague = 💡 The more concrete, the better: “title "Night Drive" for the first 3 seconds, bars in blue” does more than “make it cool”. Under 90 seconds is faster and livelier.
answers-keep-or-strip = Keep it all, or say what to take away, for example “remove the title” or “mute the music”.
answers-edit-which = What should change? Just write it, for example “make it vertical” or “bars in blue”.
answers-why-which = Which words shall I read? For example /why make it vertical, then export.
answers-why-clause = “{ $clause }”
answers-why-file = the attached file
answers-why-intent = { $intent ->
    [EXPORT] the MP4 (EXPORT)
    [CREDITS] the balance (CREDITS)
    [STATUS] what is on the timeline and how the job stands (STATUS)
    [UPLOAD] a file to take in, or to ask for (UPLOAD)
    [CHAT] goes to the video editor in these words (CHAT)
    [nothing] asks for nothing
   *[other] the command { $intent }
}
answers-why-rule = { $rule ->
    [attachment] {""}
    [verb] : a command
    [slash-command] : a slash command
    [address] : the address of a file
    [none] { $note ->
        [turned-off] : the clause before says not to
        [shown] : one of the words or signs to be shown
        [no-file] : no file came with it
        [file] : beside a file this asks to make one
        [bare-noun] : a bare word beside an edit is no request
        [about] : talk about an action, not a request for it
        [too-long] : too long for a command
       *[other] : no command in it
    }
   *[other] : by the rule { $rule }{ $note ->
        [mended] , with a typo put right
       *[other] {""}
    }
}
answers-queue = { $count ->
    [0] Nothing waits here.
   *[other] The queue of this channel:
    { $lines }
}
answers-projects-new = { $had ->
    [yes] A new project is open. The old one is kept; /projects goes back to it.
   *[other] A new project is open. Send me a track.
}
answers-projects-list = { $count ->
    [0] { $open ->
        [yes] “{ $name }” is open, and it is the only project here. /new begins another.
       *[no] There are no projects here yet. Send me a track.
    }
   *[other] { $open ->
        [yes] “{ $name }” is open. The others here (go back with /projects and a number):
       *[no] Your projects here (go back with /projects and a number):
    }
    { $lines }
}
answers-projects-unknown = There is no project { $number }. There are { $count }.
answers-projects-resumed = Back in “{ $name }”.
answers-language-which = I speak English, 中文 (简体, 繁體) and Español with you. Now: { $current }. Change it with /language zh.
answers-language-set = I will speak English with you.
answers-settings-show = Language: { $language } (change it with /language).
    MP4 after a turn: { $export } (change it with /settings changed, asked or offer).
answers-settings-export = { $export ->
    [changed] I will make an MP4 after every message that changed the video.
    [asked] I will make an MP4 only when you ask for it.
   *[other] I will offer the MP4 as a button.
}
answers-language-auto = I will speak the language you write in.
