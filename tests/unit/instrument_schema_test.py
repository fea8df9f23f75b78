"""The served schema takes every pack and refuses every broken definition that a schema can tell.

usage: instrument_schema_test.py SCHEMA BROKEN PACK...
"""

import copy
import json
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def changed(base, row):
    """The base with the member at the row's pointer replaced, added or, without a value, removed."""
    definition = copy.deepcopy(base)
    *path, last = row["at"].split("/")[1:]
    parent = definition
    for step in path:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    key = int(last) if isinstance(parent, list) else last
    if "value" in row:
        parent[key] = row["value"]
    else:
        del parent[key]
    return definition


def main(schema_path, broken_path, *packs):
    schema = load(schema_path)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    table = load(broken_path)
    failures = []
    checked = 0
    for name, definition in [(path, load(path)) for path in packs] + [("base", table["base"])]:
        checked += 1
        failures += [f"{name}: {error.message}" for error in validator.iter_errors(definition)]
    for row in table["broken"]:
        checked += 1
        refused = not validator.is_valid(changed(table["base"], row))
        if refused != row["schema"]:
            failures.append(f"{row['name']}: refused is {refused}")
    print("\n".join(failures))
    print(f"{checked} definitions, {len(failures)} failures")
    return 1 if failures or len(packs) == 0 or not table["broken"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
