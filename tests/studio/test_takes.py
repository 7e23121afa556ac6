"""The takes of a story, read once as long as their folder stays as it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest

from pipeline.artifacts import OverlapPrompt, RenderSettings, ScenePrompt
from pipeline.packs.record import load_record
from pipeline.playing import prompt_for, with_learned
from pipeline.prior import Prior
from pipeline.workspace import Project
from studio.cards import Shown
from studio.takes import Takes, compared_with, same_but_learned, seconds_for
from tests.pipeline.priors.kept import make_prior
from tests.studio.fixtures import add_take
from tests.studio.talking import Page


def ids(project: Project) -> list[str]:
    return [take.id for take in Takes(project).of("dawn")]


def test_takes_are_read_once_and_again_when_one_arrives(project: Project) -> None:
    assert ids(project) == []
    add_take(project, "dawn", seed=3)
    first, again = Takes(project).of("dawn"), Takes(project).of("dawn")
    assert again is first
    assert [take.settings.seed for take in first] == [3]
    add_take(project, "dawn")
    assert ids(project) == ["take-01", "take-02"]


def test_another_folder_of_the_same_names_is_read_anew(project: Project) -> None:
    add_take(project, "dawn", seed=3)
    assert [take.settings.seed for take in Takes(project).of("dawn")] == [3]
    shutil.rmtree(project.path / "takes")
    add_take(project, "dawn", seed=4)
    assert [take.settings.seed for take in Takes(project).of("dawn")] == [4]
    shutil.rmtree(project.path / "takes")
    assert ids(project) == []


def test_a_take_that_could_not_be_read_is_tried_again(project: Project) -> None:
    take = add_take(project, "dawn")
    file = project.path / "takes" / "dawn" / f"{take.id}.json"
    content = file.read_text("utf-8")
    file.write_text("{", "utf-8")
    assert ids(project) == []
    file.write_text(content, "utf-8")  # the folder stays as it is
    assert ids(project) == [take.id]


def test_a_take_of_no_time_at_all_is_left_out_of_its_story(project: Project, page: Page) -> None:
    take = add_take(project, "dawn")
    file = project.path / "takes" / "dawn" / f"{take.id}.json"
    fields = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**fields, "created": "soon", "seconds_taken": 1e400}), "utf-8")
    project.films_dir.mkdir()
    project.new_film_path().write_bytes(b"film")
    answer = page.ask("open", project=project.id)
    assert answer["scenes"]["dawn"]["takes"] == []


def test_what_was_decided_is_read_once_and_not_broken_by_a_broken_file(project: Project) -> None:
    first = add_take(project, "dawn")
    add_take(project, "dawn")
    project.choose_take("dawn", first.id)
    takes = Takes(project)
    assert takes.chosen("dawn") == project.chosen_take("dawn") == first
    (project.path / "decisions.json").write_text("{", "utf-8")
    assert takes.chosen("dawn") == first
    newest = Takes(project).chosen("dawn")
    assert newest is not None
    assert newest == project.chosen_take("dawn") != first


def test_a_comparison_belongs_to_the_take_that_was_made_as_it_was(project: Project) -> None:
    first = add_take(project, "dawn", seed=3)
    second = add_take(project, "dawn", seed=4)
    plain = add_take(project, "dawn", seed=4, use_regions=False)
    takes = Takes(project).of("dawn")
    assert compared_with(plain, takes) == second
    assert compared_with(second, takes) is compared_with(first, takes) is None


@pytest.mark.parametrize("changes", [{"steps": 15}, {"seed": 5}, {"num_frames": 25}])
def test_a_comparison_made_otherwise_belongs_to_no_take(
    project: Project, changes: dict[str, Any]
) -> None:
    add_take(project, "dawn", seed=4)
    plain = add_take(project, "dawn", **{"seed": 4, **changes}, use_regions=False)
    assert compared_with(plain, Takes(project).of("dawn")) is None


def test_a_comparison_of_other_words_belongs_to_no_take(project: Project) -> None:
    add_take(project, "dawn")
    words = OverlapPrompt(region_ids=("mia", "dragon"), text="they embrace")
    prompt = ScenePrompt(scene_id="dawn", regions=(), background="a stage", overlaps=(words,))
    plain = add_take(project, "dawn", prompt=prompt, use_regions=False)
    assert compared_with(plain, Takes(project).of("dawn")) is None


def test_a_comparison_goes_into_no_film_unless_there_is_nothing_else(project: Project) -> None:
    plain = add_take(project, "dawn", seed=9, use_regions=False)
    assert Takes(project).chosen("dawn") == plain
    whole = add_take(project, "dawn", seed=9)
    add_take(project, "dawn", seed=9, use_regions=False)
    assert Takes(project).chosen("dawn") == project.chosen_take("dawn") == whole


def test_what_a_take_costs_is_not_counted_by_comparisons(project: Project) -> None:
    record = load_record("theatre")
    add_take(project, "dawn", seconds=7, steps=record.num_inference_steps)
    add_take(project, "dawn", seconds=2, steps=record.num_inference_steps, use_regions=False)
    assert seconds_for(Takes(project).all(), record, draft=False) == 7


def test_comparisons_are_told_with_the_number_of_their_take(project: Project, page: Page) -> None:
    for seed in (1, 2):
        add_take(project, "dawn", seed=seed)
    add_take(project, "dawn", seed=1, use_regions=False)
    add_take(project, "dawn", seed=3)
    takes = page.ask("open", project=project.id)["scenes"]["dawn"]["takes"]
    assert [take["label"] for take in takes] == ["Take 1", "Take 2", "Take 1", "Take 3"]
    assert [take["of"] for take in takes] == [None, None, "take-01", None]
    assert [take["without"] for take in takes] == ["", "", "boxes", ""]


@pytest.mark.parametrize("part", ["text", "boxes", "held"])
def test_a_take_of_other_words_or_boxes_is_outdated(shown: Shown, part: str) -> None:
    now = shown.staging.scenes["dusk"].prompt
    region, *others = now.regions
    other = {"text": "a fox sleeps", "boxes": (*region.boxes[1:], None), "held": (0, 3)}[part]
    regions = (region.model_copy(update={part: other}), *others)
    same = add_take(shown.project, "dusk", prompt=now)
    changed = add_take(
        shown.project, "dusk", prompt=now.model_copy(update={"regions": regions, "caption": "x"})
    )
    assert (shown.is_stale(same), shown.is_stale(changed)) == (False, True)


def learned(shown: Shown, key: str = "5" * 24) -> Shown:
    """The same after somebody learned how Mia looks."""
    staging = shown.staging
    story, heads = shown.project.story, [learned_look(key)]
    casting = with_learned(staging.casting, story, heads)
    told = prompt_for(story, "dusk", staging.pack.record, casting)
    staged = replace(staging.scenes["dusk"], prompt=told)
    return replace(shown, staging=replace(staging, scenes={**staging.scenes, "dusk": staged}))


def learned_look(key: str) -> Prior:
    look = {"kind": "character", "words": "Mia", "figure": "fox", "trigger": "look3"}
    return make_prior(key=key, plan=None, **look)


def test_a_take_says_that_something_was_learned_since(shown: Shown) -> None:
    plain, taught = shown.staging.scenes["dusk"].plain, learned(shown)
    now = taught.staging.scenes["dusk"].prompt
    assert now.regions[0].text.startswith("look3")
    before = add_take(shown.project, "dusk", prompt=plain)
    after = add_take(shown.project, "dusk", prompt=now)
    other = add_take(shown.project, "dusk", prompt=now.model_copy(update={"background": "x"}))
    assert (shown.changed(before), taught.changed(before)) == (
        "",
        "something in it was learned since",
    )
    anew = learned(shown, "6" * 24)
    assert [shown.changed(after), taught.changed(after), anew.changed(after)] == [
        "what was learned has changed since",
        "",
        "what was learned has changed since",
    ]
    assert taught.changed(other) == "its words have changed since"


def test_a_take_without_what_was_learned_belongs_to_the_one_with_it(shown: Shown) -> None:
    plain, taught = shown.staging.scenes["dusk"].plain, learned(shown)
    now = taught.staging.scenes["dusk"].prompt
    without = RenderSettings(num_inference_steps=16, seed=4, use_priors=False)
    whole = add_take(shown.project, "dusk", seed=4, prompt=now)
    bare = add_take(shown.project, "dusk", prompt=plain, settings=without)
    moved = plain.model_copy(update={"regions": plain.regions[:1]})
    other = add_take(shown.project, "dusk", prompt=moved, settings=without)
    takes = Takes(shown.project).of("dusk")
    assert [compared_with(one, takes) for one in (bare, other)] == [whole, None]
    assert [taught.is_stale(one) for one in takes] == [False, False, True]


def test_learned_words_of_an_overlap_are_no_other_scene(shown: Shown) -> None:
    now = learned(shown).staging.scenes["dusk"].prompt
    said = OverlapPrompt(region_ids=("mia", "dragon"), text="look3 hugs")
    theirs = now.model_copy(update={"overlaps": (said,)})
    plain = theirs.model_copy(
        update={"overlaps": (said.model_copy(update={"text": "a red fox hugs"}),), "priors": ()}
    )
    assert same_but_learned(theirs, plain)
    bare = theirs.model_copy(update={"priors": ()})
    assert not same_but_learned(bare, plain)
