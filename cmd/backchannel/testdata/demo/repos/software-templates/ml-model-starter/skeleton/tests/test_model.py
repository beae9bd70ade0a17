import tempfile
import unittest
from pathlib import Path

from ${{ values.package }} import data, model


class TestModel(unittest.TestCase):
    def test_it_is_near_on_rows_that_it_has_not_seen(self):
        learn, judge = data.split()
        self.assertLess(model.error(model.fit(learn), judge), 0.2)

    def test_it_is_the_same_after_it_was_written(self):
        learned = model.fit(data.rows())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            learned.save(path)
            self.assertEqual(model.load(path), learned)
