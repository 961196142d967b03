upload-stored = 🎵 { $count ->
    [one] I have { $names }.
   *[other] I have { $count } files: { $names }.
}
upload-what-now = Now tell me what you want, for example “create a video from this music with visualizer and beat-synced cuts”.
upload-wanted = Send me the track right here, as an attachment or as a direct link. MP3, WAV, AAC and FLAC go smoothest, 200 MB at most; under 90 seconds is faster and livelier.
