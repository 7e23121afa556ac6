"""The theatre's own library of clips, drawn on first use."""
