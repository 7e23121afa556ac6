"""The paper theatre: its world, its scripts, their drawing and their captions."""
