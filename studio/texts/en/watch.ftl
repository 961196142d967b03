watch-download = Download
watch-gone = This video is not here any more, or the link is not complete.
watch-none = No video has been made in this project yet.
