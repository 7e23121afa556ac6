"""Parts of the command line, `python -m pipeline`."""
