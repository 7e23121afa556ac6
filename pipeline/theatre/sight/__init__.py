"""Training of what looks at theatre clips: detector, CLIP, video-text model."""
