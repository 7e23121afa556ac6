"""From a motion's words to clips that a person would approve."""
