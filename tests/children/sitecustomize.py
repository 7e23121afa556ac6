"""Python runs this as it starts, wherever a test starts it: no child reaches another machine."""

import importlib
import sys

sys.addaudithook(importlib.import_module("refusing").refuse_network)  # the file beside this one
