"""How a pack plays a story: scene by scene the same as all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.checking import limits_of
from pipeline.packs.obedience import OBEDIENCE_FILE
from pipeline.packs.record import find_pack, load_record
from pipeline.plan.lint import lint
from pipeline.plan.prompts import scene_prompt
from pipeline.planning import load_troupe, plan
from pipeline.playing import cast_for, learned_heads
from pipeline.priors.store import PriorStore
from pipeline.progress import finish
from pipeline.rendering import normalise
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.staging import finding_key, played_pack, stage
from studio.views import changed_scenes
from tests.browser.stories import make_long_story
from tests.pipeline.priors.kept import make_prior, write_lora
from tests.studio.fixtures import make_casting

IDEA = "A shy fox finds a lantern. A dragon dances with her at night. Then they both sleep."


@pytest.fixture
def planned(settings: Settings) -> Project:
    return finish(plan(IDEA, settings=settings))


def test_scenes_are_staged_as_the_whole_story_is(settings: Settings, planned: Project) -> None:
    story, troupe, record = planned.story, load_troupe("theatre"), load_record("theatre")
    staging = stage(planned, settings)
    known = {"previous": planned.casting, "priors": learned_heads(settings)}
    casting = cast_for(story, record, pack="theatre", **known)
    assert staging.casting == casting
    assert staging.findings == lint(story, limits=limits_of(settings))
    for scene in story.scenes:
        prompt = scene_prompt(story, scene.id, casting, troupe=troupe)
        assert staging.prompts[scene.id] == normalise(prompt, record)


def test_an_edit_stages_its_own_scene_only(settings: Settings) -> None:
    project = create_project(make_long_story(40), make_casting(), settings=settings)
    before = stage(project, settings)
    scene = project.story.scenes[17]
    regions = (scene.regions[0].model_copy(update={"description": "it waves"}), scene.regions[1])
    changed = scene.model_copy(update={"regions": regions})
    project.save_story(project.story.replace_scene(changed))
    assert changed_scenes(before, stage(project, settings)) == ["scene-18"]
    assert changed_scenes(before, before) == []


def test_a_pack_that_changes_is_read_again(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    record = load_record("theatre")
    own = Settings(home=settings.home, pack=str(folder))
    for fps in (8, 12):
        text = record.model_copy(update={"fps": fps}).model_dump_json()
        (folder / "pack.json").write_text(text + " " * fps, encoding="utf-8")
        project = create_project(make_long_story(1), make_casting(), settings=own)
        assert stage(project, own).pack.record.fps == fps


def test_a_pack_that_is_measured_is_read_again(settings: Settings, tmp_path: Path) -> None:
    own = Settings(home=settings.home, pack=str(tmp_path))
    (tmp_path / "pack.json").write_text(load_record("theatre").model_dump_json(), encoding="utf-8")
    assert played_pack(own).obedience is None
    shutil.copy(find_pack("theatre") / OBEDIENCE_FILE, tmp_path)
    measured = played_pack(own)
    assert measured.obedience is not None
    assert played_pack(own) is measured


def test_findings_are_known_by_what_they_say(settings: Settings, project: Project) -> None:
    first, again = (stage(project, settings).findings for _ in range(2))
    keys = [finding_key(one) for one in first]
    assert keys == [finding_key(one) for one in again]
    assert len({*keys}) == len(keys) > 1


def test_what_was_learned_is_staged_as_soon_as_it_is_there(
    settings: Settings, project: Project, tmp_path: Path
) -> None:
    before = stage(project, settings)
    look = {"kind": "character", "words": "Mia", "figure": "fox", "trigger": "look3"}
    prior = make_prior(key="5" * 24, pack_revision=before.pack.record.revision, plan=None, **look)
    kept = PriorStore(settings).save(prior, write_lora(tmp_path / "a.safetensors"), {})
    after = stage(project, settings)
    assert [one.prior for one in after.casting.learned] == [kept.key]
    for scene_id, scene in after.scenes.items():
        then = before.scenes[scene_id]
        assert scene.prompt.regions[0].text.startswith("look3 walks ")
        assert scene.prompt.priors[0].region_ids == ("mia",)
        assert scene.plain == then.plain == then.prompt
    assert stage(project, settings).scenes["dawn"] is after.scenes["dawn"]
    PriorStore(settings).remove(kept.key)
    assert stage(project, settings).scenes["dawn"] is before.scenes["dawn"]
