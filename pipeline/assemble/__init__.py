"""Takes to film: the timeline, its subtitles, encoding and joining. Never imports torch."""
