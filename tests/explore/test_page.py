"""The page's script: its rooms fit together as one plain script."""

import re

import pytest

from vgtext.explore import source
from vgtext.explore.page import HERE, ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_uses_earlier_rooms_only(room):
    text = (HERE / f"{room}.js").read_text("utf8")
    assert text.startswith("// ")
    assert [line for line in text.splitlines() if len(line) > 99] == []
    used = re.findall(r'from "\./(\w+)\.js"', text)
    assert set(used) <= set(ROOMS[: ROOMS.index(room)])
    assert set(re.findall(r"[\w$]+", "".join(re.findall(r"import \{([^}]*)\}", text)))) <= {
        name for other in used
        for name in re.findall(r"^export (?:async )?(?:const|function|class) (\w+)",
                               (HERE / f"{other}.js").read_text("utf8"), re.M)}


def test_the_script_has_every_room_and_is_no_module():
    assert {path.stem for path in HERE.glob("*.js")} == set(ROOMS)
    assert not re.search(r"^(import|export)\b", source("js"), re.M)
