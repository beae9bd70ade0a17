"""${{ values.description | replace('"', "'") }}"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task

sys.path.append(str(Path(__file__).parent.parent))

import steps  # noqa: E402


@dag(
    dag_id="${{ values.package }}",
    schedule="${{ values.schedule }}",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
)
def pipeline():
    @task
    def extract():
        return steps.extract()

    @task
    def transform(rows):
        return steps.transform(rows)

    @task
    def load(sums):
        steps.load(sums)

    load(transform(extract()))


pipeline()
