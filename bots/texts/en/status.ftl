status-job = ⚙️ { $stage ->
    [rendering] A render is under way
    [submitting] A render is about to begin
    [rendered] A video is about to be delivered
    [delivering] A video is being delivered
    [uploading] A file is being taken in
    [looking] I am checking what became of the last message
   *[other] I am working on a message
}{ $waiting ->
    [0] .
    [one] ; one more waits.
   *[other] ; { $waiting } more wait.
}
status-empty = { $media ->
    [0] Nothing is on the timeline yet. Send me a track and say what you want.
    [one] I have your file, but nothing is on the timeline yet. Say what you want, for example “create a video from this music with visualizer and beat-synced cuts”.
   *[other] I have your { $media } files, but nothing is on the timeline yet. Say what you want, for example “create a video from this music with visualizer and beat-synced cuts”.
}
status-timeline = Timeline ({ $count ->
    [one] 1 track
   *[other] { $count } tracks
}):
status-more = … and { $count } more
status-track-video = Video
status-track-audio = BGM
status-track-text = Title
status-track-other = Track
status-track-empty = empty
status-segments = { $count } clips ({ $span })
status-project = Project
status-change-added = { $kind } added { $name }
status-change-removed = { $kind } removed { $name }
status-change-moved = { $kind } { $name } moved
status-change-resized = { $kind } { $name } length
status-change-volume = { $kind } { $name } volume
status-change-text = { $kind } text { $name }
status-change-renamed = { $kind } { $name } renamed
status-change-canvas = Format
status-change-style = { $kind } { $look }
status-look = { $name ->
    [accent] colour
    [color] colour
    [background] background
    [palette] colours
    [cuts] cuts
    [style] style
    [font] font
    [effect] effect
    [filter] filter
    [transition] transition
    [animation] animation
    [fps] frames a second
    [artist] artist
   *[other] look
}
status-change-media = { $kind } { $name } media
status-change-other = { $kind } { $name } changed
status-undelivered = The video is ready and could not be posted before. Press the button and I bring it.
status-line = { $label }: { $what }
status-comma = { ", " }
status-quoted = "{ $text }"
