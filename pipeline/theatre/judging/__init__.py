"""Training of the theatre's judges on drawn clips, and how often they are right."""
