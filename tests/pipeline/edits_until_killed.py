"""Edits a project until somebody ends it; each edit is said once it is saved."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.editing import apply_patch, read_patch
from pipeline.workspace import open_project


def main() -> None:
    project = open_project(Path(sys.argv[1]))
    while True:
        wanted = project.story.revision + 1
        patch = read_patch({"fields": {"title": f"edit {wanted}"}})
        project.save_story(apply_patch(project.story, "meadow", patch))
        print(wanted, flush=True)


main()
