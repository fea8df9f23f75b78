"""Plays the pages in Chromium: one daemon, one browser, and the cases of *_cases.js two at a time.

DEBRIEFD_PICTURES=DIRECTORY keeps a picture of every page at both sizes; DEBRIEFD_CASES=WORD plays the cases whose name
has the word in it.
"""

import copy
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
import tools
from service import SOURCE, Programme, Service, load_definition, people_of

FOLDER = os.environ.get("DEBRIEFD_BROWSER_FOLDER", os.path.join(SOURCE, "build", "tests", "browser"))
ORGANISATIONS = ["Åre kommun", "Örebro universitet", "Ericsson", "Länsstyrelsen"]
SECTORS = ["politics", "academia", "business", "state"]


def delegation(count):
    """People with names that need folding."""
    people = people_of(*(SECTORS[i % 4] for i in range(count)))
    return [(f"{'Åsa' if i % 5 == 0 else 'Émile'} Person{i}", email, sector, ORGANISATIONS[i % 4])
            for i, (_, email, sector, _) in enumerate(people)]


def every_type():
    """An instrument with an item of every type, all optional but one."""
    def text(words):
        return {"sv": words + " på svenska?", "en": words + " in English?"}

    options = [{"id": name, "text": text(name)} for name in ("red", "green", "blue", "grey")]
    scale = {"min": 1, "max": 5, "labels": {"1": text("Low"), "5": text("High")}}
    items = [
        {"id": "RATE", "type": "rating", "text": text("Rate"), "scale": scale, "required": True},
        {"id": "SEC_TWO", "type": "section", "text": text("Two")},
        {"id": "ONE", "type": "single", "text": text("One"), "options": options},
        {"id": "MANY", "type": "multiple", "text": text("Many"), "options": options},
        {"id": "RANKS", "type": "ranking", "text": text("Ranks"), "options": options},
        {"id": "MATRIX", "type": "matrix", "text": text("Matrix"), "scale": scale,
         "rows": [{"id": "a", "text": text("First")}, {"id": "b", "text": text("Second")}]},
        {"id": "SEC_THREE", "type": "section", "text": text("Three")},
        {"id": "YES", "type": "binary", "text": text("Yes")},
        {"id": "WHY", "type": "text", "text": text("Why"), "show_if": {"item": "YES", "in": [True]}},
        {"id": "MUCH", "type": "number", "text": text("Much"), "min": 0, "max": 10},
        {"id": "MANY_TIMES", "type": "count", "text": text("Times")},
    ]
    return {"id": "every-type", "title": text("Every type"), "wave": "post", "languages": ["sv", "en"],
            "items": items, "measures": []}


def wave_of(programme, name, definition, people, **given):
    instrument, version = programme.publish(definition)
    study = programme.study(name, time_zone="Europe/Stockholm")
    study.import_delegates(people)
    wave = study.wave(definition_kind(definition), instrument, version, **given)
    return study, wave


def definition_kind(definition):
    return (definition if isinstance(definition, dict) else json.loads(definition))["wave"]


def describe(study, wave):
    tokens = wave.invite()
    return {"study": study.id, "wave": wave.id, "tokens": list(tokens.values()), "participants": list(tokens)}


def set_up(service):
    """What the cases play with."""
    programme = Programme(service, "Browser")
    made = {"programme": programme.id, "url": f"http://localhost:{service.port}",
            "organiser": programme.organiser.credential, "operator": service.operator.credential}
    people = delegation(60)
    for name in ("post", "pre"):
        study, wave = wave_of(programme, f"Helsinki {name}", load_definition(name), people)
        made[name] = describe(study, wave)
    study, wave = wave_of(programme, "Every type", every_type(), people)
    made["every"] = describe(study, wave)
    wave = study.wave("fu", *programme.publish({**copy.deepcopy(every_type()), "id": "closed-one", "wave": "fu"}))
    made["closed"] = describe(study, wave)
    wave.close()
    revoked = made["post"]["participants"].index(made["post"]["participants"][-1])
    listed = programme.organiser.made("GET", f"/v1/waves/{made['post']['wave']}/invitations?limit=1000")["invitations"]
    one = next(one for one in listed if one["participant"] == made["post"]["participants"][revoked])
    programme.organiser.made("POST", f"/v1/invitations/{one['id']}:revoke")
    made["revoked"] = made["post"]["tokens"].pop()
    return made


def main():
    if shutil.which("chromium") is None:
        sys.exit("there is no chromium: contrib/packages.txt lists what the tests need")
    tools.install(FOLDER)
    service = Service(public_url="http://localhost:{port}")
    failed = 1
    try:
        made = set_up(service)
        made["sql"] = service.sql_words()
        failed = subprocess.run(["node", "run.js"], cwd=FOLDER, check=False, env={
            **os.environ, "DEBRIEFD_MADE": json.dumps(made)}).returncode
    finally:
        if failed:
            print(service.log()[-6000:])
        service.finish()
    sys.exit(failed)


if __name__ == "__main__":
    main()
