"""Training of the theatre pack: drawn clips in, a diffusers folder out."""
