"""What a run says of the time that is left."""

from ltv.runs.progress import Bar


def test_the_time_left_is_that_of_the_notebooks_that_are_not_done():
    bar = Bar()
    bar.begin({"a": 40.0, "b": 30.0, "c": 20.0})
    try:
        bar.started("a")
        assert bar.progress.tasks[0].fields["left"] == "about 90 s left"
        bar.ended("a", "done", 40.0, "")
        assert bar.progress.tasks[0].fields["left"] == "about 50 s left"
        assert bar.progress.tasks[0].completed == 40
    finally:
        bar.close()
