export-nothing-yet = { $media ->
    [0] There is nothing to export yet. Send me a track and say what you want first.
   *[other] There is nothing to export yet. Say what you want first, for example “create a video from this music with visualizer and beat-synced cuts”.
}
export-submitting = 🎞️ Sending it to the renderer…
export-progress = 🎞️ Rendering… { $percent } %
export-slow = This render takes longer than usual. I keep watching and bring it as soon as it is done.
export-offered = The draft is ready. Shall I make the MP4?
export-superseded = ⏭️ A newer message changes this; I render after that one.
export-delivering = 📦 Bringing it over…
export-ready = 🎉 { $name } is ready.
export-ready-copy = 🎉 { $name } is ready. This is a smaller copy that fits the chat; full quality: { $link }
export-ready-copy-no-link = 🎉 { $name } is ready. This is a smaller copy, because the full file is too large for this chat and this bot has no public address for a link.
export-ready-link = 🎉 { $name } is ready ({ $mb } MB): { $link }
export-ready-no-link = 🎉 { $name } is ready, but at { $mb } MB it is too large for this chat, and this bot has no public address for a link. Try a shorter cut, or ask the operator to set PUBLIC_URL.
