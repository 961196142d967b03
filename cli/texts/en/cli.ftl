cli-you = You
cli-demo-prompt = create a video from this music with visualizer and beat-synced cuts
cli-demo-done = ✅ { $path }
    { $length } · { $mb } MB · { $width }×{ $height } · made in { $took }
cli-demo-failed = No video this time.
cli-starting = Starting the studio…
cli-chat-welcome = From Music. Drop a track on this window (or type its path), say what you want, press Enter. /help helps, Ctrl-D leaves.
cli-chat-bye = Bye. Your projects stay; `from-music chat` goes on where you left.
cli-chat-no-button = There is no button { $number } to press.
cli-interrupted = Stopped. The project is kept: from-music chat --name { $chat } goes on with it.
cli-missing = There is no file { $path }.
cli-not-a-file = { $path } is not a file.
cli-forbidden = I may not read { $path }.
cli-empty-file = { $path } is empty.
cli-out-dir = I cannot write videos to { $path }: { $reason }.
cli-run-nothing = No platform has a token. Set DISCORD_TOKEN or TELEGRAM_TOKEN (see .env.example), or talk here: from-music chat
cli-run-ready = { $platform } is ready.
cli-run-stopping = Stopping: handing over the work…
cli-jobs-none = No jobs.
cli-jobs-unknown = There is no job { $job }.
cli-jobs-cancelled = { $outcome ->
    [queued] Job { $job } was taken out of the queue.
    [running] Job { $job } is being stopped.
   *[gone] Job { $job } is over already.
}
cli-jobs-redelivered = Job { $job } will be delivered again as job { $new }.
cli-jobs-nothing-to-deliver = Job { $job } has no finished video.
cli-sse-missing = I cannot read { $path }.
cli-invite-id = Which application? Set DISCORD_TOKEN or say --client-id with the id from the developer portal.
cli-sse-large = { $path } is too large for a recording: { $mb } MB is the limit.
cli-why-text = Which message? Try: from-music why "make it vertical, then export"
cli-chat-expired = That button is from a job that is no longer known. Say it in words instead.
cli-studio-folder = The studio cannot use { $path }: { $reason }.
cli-studio-ended = The studio did not start. Its last words: { $reason }
cli-studio-silent = The studio did not answer in time. Its log is { $path }.
cli-studio-other = Another process runs the studio of this data folder, but it does not answer. End that process, or choose another DATA_DIR.
