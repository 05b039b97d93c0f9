"""Jobs of jupyter-scheduler through the runner of ltv: notebooks of a workspace are run as `ltv run --only` runs them.

The scheduler's own manager puts parameters into a notebook as code (`grain = week` is an error, `grain = "week"` is none) and
takes unknown ones without a word. This one hands them to the runner, which checks names and values, reads the data, runs
what the notebook needs, and shows the page as the morning shows it.

Beside ltv: `pip install jupyter-scheduler`, this file on `PYTHONPATH`, and JupyterLab started with

    jupyter lab --notebook-dir notebooks --Scheduler.execution_manager_class=ltv_execution.LtvExecutionManager

A job without parameters publishes its page; one with parameters is kept, not published. The parameters `date` (default:
yesterday) and `workspace` (default: the folder with ltv.toml at or above JupyterLab's) say of what. A notebook that is none of
the workspace's, such as `ltv_daily.ipynb`, is run as the scheduler would run it.

Tried with jupyter-scheduler 2.12.1.
"""

import datetime as dt
import shutil
from pathlib import Path

from jupyter_scheduler.executors import DefaultExecutionManager

from ltv import settings as settings_module
from ltv.errors import LtvError
from ltv.runs.daily import due
from ltv.runs.plan import notebooks_folder
from ltv.runs.progress import Lines
from ltv.runs.runner import Request, run
from ltv.workspace.clock import start_of_run


class LtvExecutionManager(DefaultExecutionManager):
    """Runs a notebook of a workspace through ltv, any other as ever."""

    def execute(self) -> None:
        """Run the job; how it failed is its status message."""
        job = self.model
        given = dict(job.parameters or {})
        root = workspace_of(Path(given.pop("workspace", self.root_dir)))
        name = Path(job.input_filename).stem
        if root is None or not (notebooks_folder(root) / f"{name}.ipynb").is_file():
            super().execute()
            return
        day = given.pop("date", "") or str(due(root, settings_module.load(root), at=start_of_run()).yesterday)
        request = Request(root, dt.date.fromisoformat(day), only=(name,), parameters=given)
        done = run(request, reporter=Lines())
        self._hand_out(root / "data" / "runs" / done.run_id, name)
        if done.exit_code:
            raise LtvError(f"{day}: {done.why}")

    def _hand_out(self, folder: Path, name: str) -> None:
        """Give the executed notebook and the page to the scheduler, as far as they were asked for and made."""
        made = {"ipynb": folder / "notebooks" / f"{name}.ipynb", "html": folder / "pages" / f"{name}.html"}
        for kind, path in made.items():
            if kind in self.staging_paths and path.is_file():
                shutil.copyfile(path, self.staging_paths[kind])


def workspace_of(place: Path) -> Path | None:
    """The folder with ltv.toml at or above a place, or None."""
    start = place.expanduser().resolve()
    return next((f for f in (start, *start.parents) if (f / settings_module.FILE).is_file()), None)
