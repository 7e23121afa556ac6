"""Turns a story's approved clips and pictures into learned motions and looks."""
