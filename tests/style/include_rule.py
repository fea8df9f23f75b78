#!/usr/bin/env python3
"""Includes point down only, and each third-party header is at home in one folder.

include_rule.py ROOT checks the tree, after it has found every fault of a tree built to break the rules.
"""
import os
import re
import sys
import tempfile

# A folder of daemon/ may include its own headers and those of folders on an earlier line; the files of
# daemon/ itself (the roles) come last.
LAYERS = [
    ["base"],
    ["config", "telemetry"],
    ["db", "outbound", "sheet"],
    ["http"],
    ["survey", "metrics"],
    ["jobs", "api"],
    ["pages"],
    [""],
]
RANK = {folder: rank for rank, layer in enumerate(LAYERS) for folder in layer}

LOOP = {"db", "outbound", "http", "survey", "jobs", "api", "pages", ""}
# The first pattern that matches decides which folders may include the header.
THIRD_PARTY = [
    (r"libpq-fe\.h|libpq/.*|postgres_ext\.h", {"db"}),
    (r"(event2/(http|bufferevent|listener|buffer|keyvalq).*|evhttp\.h)", {"http"}),
    (r"event2/.*", LOOP),
    (r"sodium.*", {"base"}),
    (r"ini\.h", {"config"}),
    (r"Rmath\.h", {"metrics"}),
    (r"igraph.*", {"metrics"}),
    (r"zlib\.h", {"http"}),
    (r"curl/.*", {"outbound", "contrib/ctl"}),
    (r"(expat|zip)\.h", {"sheet"}),
    (r"jansson\.h", {"survey", "jobs", "api", "pages", "contrib/ctl", "include"}),
]
SYSTEM = re.compile(r"([a-z0-9_]+|(sys|arpa|netinet|net|linux|bits)/[a-z0-9_]+)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources(root):
    for top in ("daemon", "include", "contrib/ctl"):
        for directory, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(directory, name), root)


def includes(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return [(kind == "<", name) for kind, name in INCLUDE.findall(file.read())]


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = {path: includes(root, path) for path in sources(root)}
        self.faults = []
        self.folder_of = {}  # of the module NAME: where its NAME.c is
        for path in self.files:
            parts = path.split("/")
            if parts[0] == "daemon" and path.endswith(".c"):
                self.folder_of.setdefault(parts[-1][:-2], parts[1] if len(parts) > 2 else "")

    def home(self, path):
        """The folder a file belongs to, as named in the tables."""
        parts = path.split("/")
        if parts[0] == "daemon":
            return parts[1] if len(parts) > 2 else ""
        return "include" if parts[0] == "include" else "contrib/ctl"

    def header_rank(self, name, seen=()):
        """The layer of <debriefd/NAME.h>; without a source of its own, the highest it includes."""
        module = name[len("debriefd/"):-2]
        if module in self.folder_of:
            return RANK.get(self.folder_of[module], 0)
        below = [other for _, other in self.files.get("include/" + name, [])
                 if other.startswith("debriefd/") and other not in seen]
        return max((self.header_rank(other, (*seen, name)) for other in below), default=0)

    def check_own(self, path, name):
        if "include/" + name not in self.files:
            return self.fault(path, name, "there is no such header")
        folder = self.home(path)
        if folder == "contrib/ctl":
            return None
        module = name[len("debriefd/"):-2]
        if folder == "include":
            folder = self.folder_of.get(path.split("/")[-1][:-2])
            if folder is None:
                return None
        if folder not in RANK:
            return self.fault(path, name, f"the folder {folder} has no layer")
        # A header without a source is at home wherever what it includes may be included.
        shared = self.folder_of.get(module, folder) == folder
        if self.header_rank(name) >= RANK[folder] + shared:
            return self.fault(path, name, "does not point down")
        return None

    def check_third_party(self, path, name):
        for pattern, folders in THIRD_PARTY:
            if re.fullmatch(pattern, name):
                if self.home(path) not in folders:
                    self.fault(path, name, "belongs to " + ", ".join(sorted(folders)) + " only")
                return
        if not SYSTEM.fullmatch(name):
            self.fault(path, name, "is a third-party header without a home")

    def check(self):
        for path, names in self.files.items():
            for angled, name in names:
                if angled and name.startswith("debriefd/"):
                    self.check_own(path, name)
                elif angled:
                    self.check_third_party(path, name)
                elif "/" in name:
                    self.fault(path, name, "a private header of another folder")
        return self.faults

    def fault(self, path, name, what):
        self.faults.append(f"{path}: {name}: {what}")


BROKEN = {
    "include/debriefd/low.h": "",
    "include/debriefd/high.h": "#include <debriefd/low.h>\n",
    "include/debriefd/leak.h": "#include <libpq-fe.h>\n",
    "daemon/base/low.c": "#include <debriefd/high.h>\n#include <stdio.h>\n",
    "daemon/http/high.c": "#include <debriefd/low.h>\n#include <event2/http.h>\n",
    "daemon/jobs/loop.c": '#include <event2/event.h>\n#include <event2/buffer.h>\n#include "../db/x.h"\n',
    "daemon/api/side.c": "#include <debriefd/loop.h>\n#include <debriefd/none.h>\n",
    "include/debriefd/loop.h": "",
    "daemon/metrics/pure.c": "#include <jansson.h>\n#include <gsl/gsl_math.h>\n#include <sys/stat.h>\n",
    "daemon/main.c": "#include <debriefd/high.h>\n#  include <sodium.h>\n",
}
EXPECTED = [
    "daemon/api/side.c: debriefd/loop.h: does not point down",
    "daemon/api/side.c: debriefd/none.h: there is no such header",
    "daemon/base/low.c: debriefd/high.h: does not point down",
    "daemon/jobs/loop.c: ../db/x.h: a private header of another folder",
    "daemon/jobs/loop.c: event2/buffer.h: belongs to http only",
    "daemon/main.c: sodium.h: belongs to base only",
    "daemon/metrics/pure.c: gsl/gsl_math.h: is a third-party header without a home",
    "daemon/metrics/pure.c: jansson.h: belongs to api, contrib/ctl, include, jobs, pages, survey only",
    "include/debriefd/leak.h: libpq-fe.h: belongs to db only",
]


def prove():
    with tempfile.TemporaryDirectory() as root:
        for path, text in BROKEN.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        found = sorted(Tree(root).check())
        assert found == EXPECTED, "\n".join(["the constructed tree gives:", *found])


def main():
    prove()
    tree = Tree(sys.argv[1])
    faults = tree.check()
    print("\n".join(faults) if faults else f"{len(tree.files)} files include as they may")
    return 1 if faults or not tree.files else 0


if __name__ == "__main__":
    sys.exit(main())
