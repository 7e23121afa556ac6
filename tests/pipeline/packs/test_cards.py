"""The packs as cards."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from pipeline.devices import DeviceFacts, mending
from pipeline.packs.cards import how_it_fits, pack_cards
from pipeline.packs.record import load_record
from pipeline.packs.weights import look_at
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
    unused = replace(slow, driver_without_cuda=True)
    assert "NVIDIA driver" in how_it_fits(record, absent, unused)
    assert f"mend it with: {mending()}" in how_it_fits(record, absent, unused)
    small = DeviceFacts("p", None, 4.0, 4.0)
    assert "4.0 GiB are free" in how_it_fits(record, absent, small)


def test_cards_need_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.settings import Settings;"
        "from pipeline.packs.cards import pack_cards; pack_cards(Settings(home=Path('none')));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
