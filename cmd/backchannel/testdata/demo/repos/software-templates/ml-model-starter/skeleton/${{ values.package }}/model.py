"""A straight line through rows."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Model:
    slope: float
    offset: float

    def predict(self, x):
        return self.slope * x + self.offset

    def save(self, path):
        Path(path).write_text(json.dumps(asdict(self)))


def load(path):
    return Model(**json.loads(Path(path).read_text()))


def fit(rows):
    """Returns the line that is nearest to the rows, by least squares."""
    n = len(rows)
    middle_x = sum(x for x, _ in rows) / n
    middle_y = sum(y for _, y in rows) / n
    spread = sum((x - middle_x) ** 2 for x, _ in rows)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in rows) / spread
    return Model(slope, middle_y - slope * middle_x)


def error(model, rows):
    """Returns the mean absolute error."""
    return sum(abs(model.predict(x) - y) for x, y in rows) / len(rows)
