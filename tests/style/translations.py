#!/usr/bin/env python3
"""Every sentence of the pages and mails has a Swedish text, and no Swedish text is left over.

translations.py ROOT compares what xgettext finds in daemon/ with daemon/web/po/*.sv.po.
"""
import glob
import os
import re
import subprocess
import sys

XGETTEXT = ["xgettext", "--language=C", "--from-code=UTF-8", "--keyword", "--keyword=say:2",
            "--keyword=say_number:3,4", "--keyword=sentence:1", "--output=-", "--no-location", "--sort-output"]


def messages(catalogue):
    """msgid to msgstr (empty when a form of it is) of a catalogue's text."""
    found, key, value, into = {}, "", None, None
    for line in [*catalogue.splitlines(), 'msgid ""']:
        word, _, quoted = line.partition('"')
        if word.startswith("msgid_plural"):
            into = None
        elif word.startswith("msgid"):
            if value is not None:
                found[key] = found.get(key, True) and value != ""
            key, value, into = quoted[:-1], None, "key"
        elif word.startswith("msgstr"):
            value, into = quoted[:-1], "value"
        elif word == "" and into == "key":
            key += quoted[:-1]
        elif word == "" and into == "value":
            value += quoted[:-1]
    return {key: value for key, value in found.items() if key}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def unnamed_actions(root):
    """What the audit trail is told of, as a literal, and the desk has no words for."""
    functions = "".join(map(read, glob.glob(os.path.join(root, "sql/functions/*.sql"))))
    recorded = {action for call in re.findall(r"audit_append\([^;]*", functions) for action in re.findall(r"'([a-z_]+\.[a-z_]+)'", call)}
    named = set(re.findall(r'\{"([a-z_]+\.[a-z_]+)"', read(os.path.join(root, "daemon/pages/desk_audit.c"))))
    return sorted(recorded - named) if recorded else ["none is found"]


def main():
    root = sys.argv[1]
    sources = sorted(glob.glob(os.path.join(root, "daemon/**/*.c"), recursive=True))
    said = messages(subprocess.run([*XGETTEXT, *sources], capture_output=True, text=True, check=True).stdout)
    files = sorted(glob.glob(os.path.join(root, "daemon/web/po/*.sv.po")))
    translated = {}
    for path in files:
        with open(path, encoding="utf-8") as file:
            translated |= messages(file.read())
    # msgcat marks what two areas translate in two ways, and msgfmt leaves it out.
    joined = subprocess.run(["msgcat", "--no-location", "--no-wrap", *files], capture_output=True, text=True, check=True).stdout
    faults = [f"two Swedish texts: {part.splitlines()[0]}" for part in joined.split("\n#, fuzzy")[1:]
              for part in [part.partition("msgid ")[2]] if "#-#-#" in part.partition("\n\n")[0]]
    faults += [f"no Swedish for: {key}" for key in sorted(said) if not translated.get(key)]
    faults += [f"nobody says: {key}" for key in sorted(translated) if key not in said]
    faults += [f"the desk has no words for what the trail calls {action}" for action in unnamed_actions(root)]
    print("\n".join(faults) if faults else f"{len(said)} sentences in two languages")
    return 1 if faults or not said else 0


if __name__ == "__main__":
    sys.exit(main())
