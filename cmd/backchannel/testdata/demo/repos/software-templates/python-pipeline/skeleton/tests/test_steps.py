import unittest

import steps


class Steps(unittest.TestCase):
    def test_amounts_are_added_by_currency(self):
        rows = [{"currency": "EUR", "amount": 1}, {"currency": "EUR", "amount": 2}, {"currency": "CNY", "amount": 5}]
        self.assertEqual(steps.transform(rows), {"EUR": 3, "CNY": 5})

    def test_rows_without_an_amount_are_dropped(self):
        self.assertEqual(steps.transform([{"currency": "EUR", "amount": None}]), {})

    def test_the_example_goes_through(self):
        self.assertEqual(steps.transform(steps.extract()), {"EUR": 1250, "CNY": 9900})
