"""The browser side of the studio: the page, its events, and the worker it keeps running."""
