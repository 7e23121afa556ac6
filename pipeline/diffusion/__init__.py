"""Region-based video diffusion: layouts, attention, texts, sampling and latents."""
