"""The guided page: what it says, and that each of its pictures moves."""

import numpy as np
import pytest

from gatecast.datasets import noisy_sine_signal
from gatecast.report.learn import learn_page
from gatecast.tutorial.lessons import make_lessons


@pytest.fixture(scope="module")
def lessons():
    return make_lessons()


@pytest.fixture(scope="module")
def page_of(tmp_path_factory, lessons):
    path = tmp_path_factory.mktemp("learn") / "learn.html"
    learn_page(lessons, path)
    return path


@pytest.mark.slow
def test_each_lesson_is_better_than_the_one_before(lessons):
    way = [lessons.untrained, lessons.emptied, lessons.pair, lessons.trained]
    scores = [lesson.test_rmse for lesson in way]
    assert scores == sorted(scores, reverse=True)
    assert lessons.noise_floor == pytest.approx(0.4948, abs=5e-5)
    assert lessons.trained.test_rmse < lessons.noise_floor + 0.003
    assert 0.55 < lessons.emptied.test_rmse < lessons.naive_rmse
    np.testing.assert_array_equal(lessons.signal, noisy_sine_signal()[-500:])


@pytest.mark.slow
def test_an_emptied_memory_holds_what_was_written_at_its_step(lessons):
    gates = lessons.emptied.gates
    np.testing.assert_allclose(gates["cell"], gates["input"] * gates["candidate"], atol=1e-6)
    gates = lessons.trained.gates
    cell = gates["cell"].to_numpy().reshape(500, 50)
    kept, written = (
        gates[a].to_numpy().reshape(500, 50)[1:] * b
        for a, b in (
            ("forget", cell[:-1]),
            ("input", gates["candidate"].to_numpy().reshape(500, 50)[1:]),
        )
    )
    np.testing.assert_allclose(cell[1:], kept + written, atol=1e-5)


def test_numbers_of_the_lessons_are_on_the_page(lessons, page_of):
    text = page_of.read_text()
    for lesson in (lessons.untrained, lessons.emptied, lessons.pair, lessons.trained):
        assert f"{lesson.test_rmse:.4f}" in text
    assert len(text) < 1_000_000


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1100, "light")])
def test_every_picture_moves_in_both_languages(visit, page_of, width, scheme):
    page = visit(page_of, width=width, scheme=scheme, ready="html[data-ready]")
    players = page.locator("[data-glass]")
    assert players.count() == 6
    for i in range(6):
        player = players.nth(i)
        before = player.locator("[data-role=now]").inner_text()
        player.locator("[data-role=on]").click()
        assert player.locator("[data-role=now]").inner_text() != before
    emptied = page.locator('[data-glass="emptied"] [data-role=sentence]')
    assert "held 0.000 and keeps" in emptied.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#lang").click()
    assert "原来的记忆是 0.000" in emptied.inner_text()
    assert "遗忘门" in page.locator("h2").nth(1).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
