from __future__ import annotations

from pipeline.theatre.train.card import make_card
from pipeline.theatre.train.plans import NANO
from pipeline.theatre.train.settings import change_plan


def test_card_tells_data_steps_losses_scores_and_limits() -> None:
    part = {
        "step": 1234,
        "samples": 5678,
        "cpu_seconds": 540.0,
        "history": [{"step": 1200, "samples": 5000, "region_6": 0.321, "norm": 9.9}],
    }
    training = {"plan": NANO.model_dump(mode="json"), "parts": {"clips": part}}
    card = make_card(training, "| regions | 0.87 |\n", limits="Faces are soft.")
    assert "| clips | 1234 | 5678 | 9 | region_6 0.321 |\n" in card
    assert "24 frames of 144x96 at 8 a second" in card
    assert "latent grid" in card
    assert "dances" in card
    assert "kinds: witch, fox, robot, rabbit\n" in card
    assert "on twos" in card
    assert f"{NANO.latent_channels} principal components of blocks of 8x8 pixels and 2" in card
    assert "the velocity" in card
    assert card.index("| regions | 0.87 |") < card.index("Faces are soft.")
    assert "9.900" not in card


def test_card_tells_another_plan_as_it_is() -> None:
    changes = (
        "data.frames_per_pose=1",
        "vae.per_frame=false",
        "temporal_ratio=4",
        "latent_channels=24",
        "transformer.prediction=sample",
        'data.kinds=["fox"]',
    )
    plan = change_plan(NANO, changes)
    calls = [{"options": {"device": "cuda:0", "float32": False}}]
    card = make_card({"plan": plan.model_dump(mode="json"), "parts": {}, "calls": calls})
    assert "twos" not in card
    assert "last\ntap" not in card
    assert "24 principal components of blocks of 8x8 pixels and 4 frames" in card
    assert "on a GPU in bfloat16" in card
    assert "predicts clean latents" in card
    assert "kinds: fox\n" in card
    assert "Not measured yet" in card


def test_card_of_a_wide_world_claims_no_grid() -> None:
    plan = NANO.model_copy(update={"data": NANO.data.model_copy(update={"narrow": False})})
    card = make_card({"plan": plan.model_dump(mode="json"), "parts": {}}, "none")
    assert "latent grid" not in card
    assert "## Limits" not in card
