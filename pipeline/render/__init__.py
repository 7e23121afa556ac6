"""Scene in, take out: region-based rendering, with a preview of each step."""
