"""Looking at frames: what is where, for measuring takes and clips."""
