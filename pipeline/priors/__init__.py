"""Clips and pictures into LoRA adapters: motions and looks a pack did not know."""
