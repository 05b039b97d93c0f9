"""Work tells how far it is: in order, from any thread, to the end even where it fails, and to nobody unasked."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ltv.progress import each, heard_by, steps, watch
from ltv.text import Text

WORK = Text("训练", "training")


@pytest.fixture
def heard():
    told = []
    with heard_by(lambda what, done, total: told.append((what.en, done, total))):
        yield told


def test_nobody_is_told_unasked():
    watch(None)
    with steps(WORK, 3) as step:
        step()
    assert list(each(WORK, "ab", 2)) == ["a", "b"]


def test_steps_are_told_from_the_first_to_the_last(heard):
    with steps(WORK, 3) as step:
        step()
        step()
        step()
    assert heard == [("training", n, 3) for n in (0, 1, 2, 3)]


def test_work_that_fails_is_over_too(heard):
    with pytest.raises(ValueError, match="no"), steps(WORK, 3) as step:
        step()
        raise ValueError("no")
    assert heard[-1] == ("training", 3, 3)


def test_work_of_no_parts_is_not_told(heard):
    assert list(each(WORK, [], 0)) == []
    assert heard == []


def test_threads_are_counted_each_once(heard):
    with steps(WORK, 50) as step, ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(int) for _ in range(50)]:
            done.add_done_callback(lambda _: step())
    assert sorted(done for _, done, _ in heard) == list(range(51))


def test_who_listened_before_listens_again(heard):
    with heard_by(None), steps(WORK, 1):
        pass
    assert heard == []
    with steps(WORK, 1):
        pass
    assert heard == [("training", 0, 1), ("training", 1, 1)]
