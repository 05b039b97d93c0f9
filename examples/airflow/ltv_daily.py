"""Every morning from Airflow: copy this file into the folder of DAGs and set the three paths.

Airflow and ltv pin different versions of the same packages, so each keeps an environment of its own: tasks start ltv's
interpreter. Which task to choose:

`publish` is the one for the morning. It calls the runner as a timer would: order of notebooks, checks of the data, results
and pages switched in one step, missed days caught up, interventions of the newest date alone. Exit 3 (data refused) and 1 (a
page failed) fail the task; 4 (another run holds the workspace) skips it.

`one_notebook` is for a question that no page of the morning answers: one notebook, with parameters of its own, executed by
papermill as it is. It reads what is published and writes its results nowhere but into the executed notebook.

Tried with apache-airflow 3.3.2 and apache-airflow-providers-papermill 3.13.3.
"""

import shlex
from datetime import datetime
from zoneinfo import ZoneInfo

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

WORKSPACE = "/srv/shop"
PYTHON = "/opt/ltv/.venv/bin/python"
# Once, so that papermill finds ltv's environment: /opt/ltv/.venv/bin/python -m ipykernel install --prefix /opt/airflow --name ltv
KERNEL = "ltv"

DAILY = [PYTHON, "-P", "-m", "ltv.cli", "daily", "--workspace", WORKSPACE]
NOTEBOOK = "02_retention"
EXECUTED = f"{WORKSPACE}/data/airflow"  # papermill makes no folder
PARAMETERS = {"workspace": WORKSPACE, "grain": "week", "periods": 8}

with DAG(
    dag_id="ltv_daily",
    schedule="30 6 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,  # `ltv daily` catches up by itself, and acts for the newest date alone
    max_active_runs=1,
    default_args={"retries": 0},  # a refused morning is no better five minutes later
    tags=["ltv"],
) as dag:
    publish = BashOperator(
        task_id="publish",
        bash_command=f"mkdir -p {shlex.quote(EXECUTED)} && exec {shlex.join(DAILY)}",
        skip_on_exit_code=[4],
    )
    one_notebook = PapermillOperator(
        task_id="one_notebook",
        input_nb=f"{WORKSPACE}/notebooks/{NOTEBOOK}.ipynb",
        output_nb=f"{EXECUTED}/{NOTEBOOK}-{{{{ ts_nodash }}}}.ipynb",
        parameters=PARAMETERS,
        kernel_name=KERNEL,
    )
    publish >> one_notebook
