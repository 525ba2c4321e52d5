"""Which states of which pages are seen together with which language, width and scheme."""
import itertools

import member_states
import test_join
import test_links
import test_pages
import test_prove
import test_report
from test_pages import LANGUAGES, SHAPES, WIDTHS, shapes

STATES = [page.__name__ for module in [test_join, test_links, member_states, test_pages, test_prove, test_report]
          for page in module.PAGES]


def test_every_state_is_seen_in_every_language_width_and_scheme():
    assert len(STATES) > 80
    for state in STATES:
        seen = [shape for lang in LANGUAGES for shape in shapes(state, lang)]
        assert len(seen) >= len(LANGUAGES)
        assert {width for width, _ in seen} == set(WIDTHS) and {scheme for _, scheme in seen} == {"light", "dark"}, state


def test_every_language_is_seen_in_every_width_and_scheme():
    seen = {(lang, shape) for state in STATES for lang in LANGUAGES for shape in shapes(state, lang)}
    assert seen == set(itertools.product(LANGUAGES, SHAPES))
