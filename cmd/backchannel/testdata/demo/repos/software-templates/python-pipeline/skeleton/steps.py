"""The steps of the pipeline, as functions that need no Airflow."""


def extract():
    """Returns rows of currency and amount in cents."""
    return [
        {"currency": "EUR", "amount": 1250},
        {"currency": "CNY", "amount": 9900},
        {"currency": "EUR", "amount": None},
    ]


def transform(rows):
    """Adds amounts up by currency; rows without one are dropped."""
    sums = {}
    for row in rows:
        if row["amount"] is not None:
            sums[row["currency"]] = sums.get(row["currency"], 0) + row["amount"]
    return sums


def load(sums):
    """Prints the sums."""
    for currency, cents in sorted(sums.items()):
        print(f"{currency} {cents / 100:.2f}")
