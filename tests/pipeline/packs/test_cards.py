"""The packs as cards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.devices import LACKS_CUDA, NO_CARD, DeviceFacts, mending, probe_processor
from pipeline.packs.cards import how_it_fits, pack_cards
from pipeline.packs.record import load_record
from pipeline.packs.weights import find_weights, look_at
from pipeline.settings import Settings


def test_each_pack_has_a_card(home: Path) -> None:
    (home / "models" / "cogvideox-5b").mkdir(parents=True)
    (home / "models" / "cogvideox-5b" / ".a.part").write_bytes(bytes(3 * 2**20))
    theatre, two, five = pack_cards(Settings(home=home))
    assert (theatre.name, theatre.state, theatre.default) == ("theatre", "ready", True)
    assert not theatre.fetched
    assert (two.state, two.have_gib, two.size_gib) == ("absent", 0.0, 12.8)
    assert (five.state, five.have_gib) == ("partly", 0.003)
    assert "Apache-2.0" in two.licence
    assert "commercial use needs a registration" in five.licence
    assert all(card.fits and card.title for card in (theatre, two, five))


def test_cards_say_what_fits_beforehand(tmp_path: Path) -> None:
    record, absent = load_record("cogvideox-5b"), look_at(tmp_path)
    card = DeviceFacts("Card 9", 16, 15.5, 30.0, (8, 9), has_bfloat16=True, has_fp8=True)
    assert "one model at a time on the card; needs 14.6" in how_it_fits(record, absent, card)
    slow = DeviceFacts("p", None, 90.0, 90.0, has_bfloat16=True)
    assert how_it_fits(record, absent, slow).endswith("a scene takes many hours")
    assert how_it_fits(record, absent, slow).startswith(f"{NO_CARD}; on the processor; needs ")
    small = DeviceFacts("p", None, 4.0, 4.0)
    assert how_it_fits(record, absent, small).startswith(NO_CARD)
    assert "4.0 GiB are free" in how_it_fits(record, absent, small)


def test_a_card_is_spoken_of_where_it_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre, large, absent = (*map(load_record, ("theatre", "cogvideox-2b")), look_at(tmp_path))
    here = look_at(find_weights("theatre", theatre, home=tmp_path))
    monkeypatch.setattr("pipeline.devices.lacks_cuda", lambda: False)
    assert how_it_fits(theatre, here, probe_processor()).startswith("on the processor; needs ")
    old = how_it_fits(large, absent, probe_processor(passed_over="Card 1"))
    assert old.startswith("Card 1 is too old: it does not compute in bfloat16; ")
    monkeypatch.setattr("pipeline.devices.lacks_cuda", lambda: True)
    for record, found in ((theatre, here), (large, absent)):
        words = how_it_fits(record, found, probe_processor())
        assert words.startswith(f"{LACKS_CUDA}; mend it with: {mending()}; on the processor; ")


def test_cards_need_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.settings import Settings;"
        "from pipeline.packs.cards import pack_cards; pack_cards(Settings(home=Path('none')));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
