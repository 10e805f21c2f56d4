"""The figures whose words are bound to no data, and why."""

LEFT = {name: why for why, names in {
    "it draws no data: cells, and which belong together": "normalization/sharing detection/confusion",
}.items() for name in names.split()}
