"""Model packs: what each one can play, and loading its weights."""
