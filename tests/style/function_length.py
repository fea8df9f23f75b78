#!/usr/bin/env python3
"""No C function is longer than 60 lines, from its name to its closing brace.

function_length.py ROOT checks the tree, after it has found the one long function of a constructed file.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

LIMIT = 60
SKIPPED = 77


def functions(folders):
    """(lines, file, name) of every function."""
    listing = subprocess.run(
        ["ctags", "-R", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=+ne",
         "--output-format=json", "-f", "-", *folders],
        check=True, capture_output=True, text=True).stdout
    tags = [json.loads(line) for line in listing.splitlines()]
    return [(tag["end"] - tag["line"] + 1, tag["path"], tag["name"]) for tag in tags if "end" in tag]


def prove():
    with tempfile.TemporaryDirectory() as root:
        with open(os.path.join(root, "long.c"), "w", encoding="utf-8") as file:
            file.write("int fits(void)\n{\n" + "\n" * (LIMIT - 3) + "}\n")
            file.write("int does_not(void)\n{\n" + "\n" * (LIMIT - 2) + "}\n")
        found = [name for lines, _, name in functions([root]) if lines > LIMIT]
        assert found == ["does_not"], found


def main():
    if shutil.which("ctags") is None:
        print("there is no ctags")
        return SKIPPED
    prove()
    folders = [os.path.join(sys.argv[1], name) for name in ("daemon", "include", "contrib", "tests")]
    found = functions(folders)
    for lines, path, name in sorted(found, reverse=True):
        if lines > LIMIT:
            print(f"{os.path.relpath(path, sys.argv[1])}: {name}: {lines} lines, {LIMIT} are allowed")
    print(f"{len(found)} functions, median {statistics.median(lines for lines, _, _ in found):g} lines")
    return 1 if max(found)[0] > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
