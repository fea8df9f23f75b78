#!/usr/bin/env python3
"""An invented dataset in the tidy layout (debriefctl(1)), with the values expected of it.

    tidy_data.py DIR [--seed N] [--studies N] [--participants N] [--answers N] [--ties N] [--largest N]
                 [--expect FAMILY,...]

Expected values are computed here from the written rows with Python's own arithmetic, by the definitions and not by
debriefd's code, for the families response, balance, satisfaction, learning and network: some metrics of each.
"""

import argparse
import csv
import json
import math
import os
import random
import statistics
import sys

SECTORS = ["politics", "business", "academia", "state", "media"]
CORE = SECTORS[:3]
WAVES = ["pre", "post", "fu"]


def item(name, wave, construct, phase="", purpose="", kind="rating", low=1, high=5, reverse=0):
    return {"item_id": name, "wave": wave, "construct": construct, "phase": phase, "purpose": purpose, "kind": kind,
            "min": low, "max": high, "reverse": reverse}


def all_items():
    items = [item(f"S_PREP{i}", "post", "sat", "preparation") for i in (1, 2)]
    items += [item(f"S_PROG{i}", "post", "sat", "programme", reverse=int(i == 4)) for i in (1, 2, 3, 4)]
    items += [item(f"S_FUP{i}", "fu", "sat", "followup") for i in (1, 2)]
    items += [item(f"P{i}", "post", "purpose", purpose=i) for i in range(1, 6)]
    items += [item("NPS", "post", "nps", kind="nps", low=0, high=10)]
    items += [item(f"NKI{i}", "post", "nki", high=10) for i in (1, 2, 3)]
    for stage, wave in [("pre", "pre"), ("then", "post"), ("now", "post"), ("fu", "fu")]:
        items += [item(f"L_{stage}_T{i}", wave, "learn_" + stage) for i in range(1, 5)]
    items += [item(f"TR_{who}{i}", "fu", "transfer_" + who.lower()) for who in ("IND", "ORG") for i in (1, 2)]
    items += [item("APPL_" + who, "fu", "applied_" + who.lower(), kind="binary", low=0, high=1)
              for who in ("IND", "ORG")]
    items += [item(name, wave, name.lower(), kind="count", low=0, high="")
              for name, wave in [("DISS_EVENTS", "fu"), ("DISS_REACH", "fu"), ("HOST_MADE", "post"),
                                 ("HOST_KEPT", "fu")]]
    return items


def sizes_of(dice, given):
    """Delegations of about the same size, but for the largest; the first is of nobody."""
    if given.studies == 1:
        return [given.participants]
    sizes = [0, min(given.largest, given.participants)]
    left = given.participants - sizes[1]
    count = given.studies - 2
    for i in range(count):
        mean = left / (count - i)
        size = left if i == count - 1 else min(left, max(1, round(dice.gauss(mean, mean / 4))))
        sizes.append(size)
        left -= size
    return sizes[:given.studies]


class Dataset:
    def __init__(self, given):
        self.dice = random.Random(given.seed)
        self.given = given
        self.items = all_items()
        self.trips, self.people, self.by_trip = [], [], {}
        for number, size in enumerate(sizes_of(self.dice, given)):
            self.add_trip(f"trip{number}", size)
        self.dispositions, self.responses, self.rosters, self.ties, self.commitments = {}, {}, {}, {}, []
        chance = given.answers / max(1, len(self.people) * len(self.items))
        degree = given.ties / max(1, 2 * len(self.people))
        for person in self.people:
            self.answer(person, chance)
            self.know(person, degree)

    def add_trip(self, name, size):
        self.trips.append({"trip_id": name, "name": f'Trip "{name}", invented', "start_date": "2024-05-01",
                           "end_date": "2024-05-04" if size else ""})
        members = []
        for number in range(size):
            draw = self.dice.random()
            members.append({
                "trip_id": name, "participant_id": f"{name},{number}",
                "person_id": f"person{len(self.people) + number - (number % 5 == 0) * self.dice.randrange(40)}",
                "sector": SECTORS[min(4, int(self.dice.random() ** 1.6 * 5))],
                "is_staff": int(draw < 0.02), "travelled": int(draw < 0.97)})
        seen = set()
        for person in members:  # one trip takes a person once
            if person["person_id"] in seen:
                person["person_id"] = "only " + person["participant_id"]
            seen.add(person["person_id"])
        self.people += members
        self.by_trip[name] = members

    def answer(self, person, chance):
        key = (person["trip_id"], person["participant_id"])
        for wave in WAVES:
            draw = self.dice.random()
            code = ("I" if draw < 0.6 else "P" if draw < 0.75 else "R" if draw < 0.85 else "NC" if draw < 0.9 else
                    "UE" if draw < 0.95 else "NE" if draw < 0.97 else "")
            if code:
                self.dispositions[key + (wave,)] = code
            if code not in ("I", "P"):
                continue
            for one in self.items:
                if one["wave"] == wave and self.dice.random() < chance / 0.75:
                    self.responses[key + (one["item_id"],)] = self.value(one)
        if self.dice.random() < 0.3:
            self.commitments.append({"commitment_id": f"c{len(self.commitments)}", "trip_id": key[0],
                                     "participant_id": key[1], "level": self.dice.choice(["ind", "org"]),
                                     "status": self.dice.choice(["completed", "ongoing", "not_started", "withdrawn",
                                                                 "unknown"])})

    def value(self, one):
        draw = self.dice.random()
        if draw < 0.04:
            return "DK" if draw < 0.03 else "REF"
        if one["kind"] == "count":
            return int(self.dice.expovariate(0.02 if one["item_id"] == "DISS_REACH" else 0.5))
        low, high = one["min"], one["max"]
        return low + int((high - low + 1) * self.dice.random() ** 0.7)

    def know(self, person, degree):
        others = self.by_trip[person["trip_id"]]
        for wave in ("pre", "fu"):
            key = (person["trip_id"], wave, person["participant_id"])
            code = self.dispositions.get((key[0], key[2], wave))
            draw = self.dice.random()
            status = "none" if code not in ("I", "P") else "complete" if draw < 0.9 else "partial"
            self.rosters[key] = status
            if status == "none":
                continue
            wanted = min(len(others) - 1, int(self.dice.random() * 2.7 * degree + 0.5))
            for alter in self.dice.sample(others, min(len(others), wanted + 1))[:wanted]:
                if alter is not person:
                    level = "" if self.dice.random() < 0.02 else self.dice.randrange(5)
                    self.ties[key + (alter["participant_id"],)] = level

    def write(self, directory):
        os.makedirs(directory, exist_ok=True)
        shuffled = list(self.responses.items())
        if len(shuffled) < 100000:
            self.dice.shuffle(shuffled)
        wave_of = {one["item_id"]: one["wave"] for one in self.items}
        missing = ("DK", "REF")
        tables = {
            "trips": self.trips, "participants": self.people, "items": self.items, "commitments": self.commitments,
            "dispositions": [{"trip_id": t, "wave": w, "participant_id": p, "disposition": code}
                             for (t, p, w), code in self.dispositions.items()],
            "responses": [{"trip_id": t, "wave": wave_of[i], "participant_id": p, "item_id": i,
                           "value": "" if value in missing else value,
                           "missing_code": value if value in missing else ""}
                          for (t, p, i), value in shuffled],
            "roster_status": [{"trip_id": t, "wave": w, "ego": e, "status": status}
                              for (t, w, e), status in self.rosters.items()],
            "ties": [{"trip_id": t, "wave": w, "ego": e, "alter": a, "value": level}
                     for (t, w, e, a), level in self.ties.items()],
        }
        for name, rows in tables.items():
            with open(os.path.join(directory, name + ".csv"), "w", encoding="utf-8", newline="") as file:
                if rows:
                    writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)


class Expected:
    """What is expected of one trip."""

    def __init__(self, data, trip, out):
        self.data, self.trip, self.out = data, trip, out
        self.people = [one for one in data.by_trip[trip] if one["travelled"] and not one["is_staff"]]
        self.sectors = data.sectors

    def add(self, wave, where, name, metric, value, tolerance=1e-8):
        exact = value is None or isinstance(value, (int, str))
        self.out({"trip": self.trip, "wave": wave, "slice": where, "item": name, "metric": metric, "value": value,
                  "tol": 0 if exact else tolerance})

    def slices(self):
        yield "all", self.people
        for sector in self.sectors:
            yield sector, [one for one in self.people if one["sector"] == sector]

    def code(self, person, wave):
        return self.data.dispositions.get((self.trip, person["participant_id"], wave), "UE")

    def answers(self, people, one):
        """Scored valid answers of those who are eligible."""
        values = []
        for person in people:
            value = self.data.responses.get((self.trip, person["participant_id"], one["item_id"]))
            if isinstance(value, int) and self.code(person, one["wave"]) != "NE":
                values.append(one["min"] + one["max"] - value if one["reverse"] else value)
        return values

    def response(self):
        for wave in WAVES:
            for where, people in self.slices():
                codes = [self.code(person, wave) for person in people]
                n = len(codes) - codes.count("NE")
                complete, partial = codes.count("I"), codes.count("P")
                self.add(wave, where, "", "resp.N", n)
                self.add(wave, where, "", "resp.I", complete)
                self.add(wave, where, "", "resp.P", partial)
                self.add(wave, where, "", "resp.RR1", complete / n if n else None)
                self.add(wave, where, "", "resp.RR2", (complete + partial) / n if n else None)
        panel = sum(all(self.code(person, wave) in ("I", "P") for wave in WAVES) for person in self.people)
        self.add("all", "all", "", "resp.panel_rate", panel / len(self.people) if self.people else None)

    def balance(self):
        counts = {where: len(people) for where, people in self.slices()}
        total = counts.pop("all")
        core = sum(counts[sector] for sector in CORE)
        self.add("trip", "all", "balance", "N", total)
        self.add("trip", "all", "balance", "core_N", core)
        for sector, count in counts.items():
            self.add("trip", sector, "balance", "count", count)
            self.add("trip", sector, "balance", "share", count / total if total else None)
        blau = 1 - sum((counts[sector] / core) ** 2 for sector in CORE) if core else None
        self.add("trip", "all", "balance", "blau", blau)

    def satisfaction(self):
        for one in self.data.items:
            if one["construct"] in ("sat", "purpose"):
                self.rating(one)
        for phase in ("preparation", "programme", "followup"):
            self.index("PHASE_" + phase, [one for one in self.data.items if one["phase"] == phase])
        nps = next(one for one in self.data.items if one["kind"] == "nps")
        for where, people in self.slices():
            values = self.answers(people, nps)
            high, low = sum(v >= 9 for v in values), sum(v <= 6 for v in values)
            self.add("post", where, "NPS", "nps.score", 100 * (high - low) / len(values) if values else None)

    def rating(self, one):
        for where, people in self.slices():
            values = self.answers(people, one)
            name = (one["wave"], where, one["item_id"])
            self.add(*name, "n", len(values))
            self.add(*name, "mean", math.fsum(values) / len(values) if values else None)
            self.add(*name, "sd", statistics.stdev(values) if len(values) > 1 else None)
            self.add(*name, "top2", sum(v >= one["max"] - 1 for v in values) / len(values) if values else None)
            if where == "all":
                for point in range(1, 6):
                    self.add(*name, f"dist.{point}", values.count(point))

    def index(self, name, items):
        for where, people in self.slices():
            means = []
            for person in people:
                values = [v for one in items for v in self.answers([person], one)]
                if len(values) * 2 >= len(items):
                    means.append(100 * (math.fsum(values) / len(values) - 1) / 4)
            wave = items[0]["wave"]
            self.add(wave, where, name, "n", len(means))
            self.add(wave, where, name, "mean", math.fsum(means) / len(means) if means else None)

    def learning(self):
        items = {one["item_id"]: one for one in self.data.items}
        for prefix, before, after in [("RPP", "then", "now"), ("PREPOST", "pre", "now"), ("SHIFT", "pre", "then"),
                                      ("FADE", "now", "fu")]:
            for topic in ("T1", "T2", "T3", "T4"):
                changes = []
                for person in self.people:
                    a = self.answers([person], items[f"L_{before}_{topic}"])
                    b = self.answers([person], items[f"L_{after}_{topic}"])
                    if a and b:
                        changes.append(b[0] - a[0])
                name = ("pair", "all", f"{prefix}_{topic}")
                self.add(*name, "gain.n", len(changes))
                self.add(*name, "gain.mean", sum(changes) / len(changes) if changes else None)

    def network(self):
        names = [person["participant_id"] for person in self.people]
        members = set(names)
        for wave in ("pre", "fu"):
            observed = ties = complete = 0
            for ego in names:
                status = self.data.rosters.get((self.trip, wave, ego), "none")
                complete += status == "complete"
                if status == "none":
                    continue
                listed = {alter: level for alter in names
                          if (level := self.data.ties.get((self.trip, wave, ego, alter))) is not None}
                skipped = sum(level == "" for level in listed.values())
                observed += len(listed) - skipped if status == "partial" else len(members) - 1 - skipped
                ties += sum(level != "" and level >= 2 for level in listed.values())
            self.add(wave, "all", "net", "egos_complete", complete)
            self.add(wave, "all", "net", "dyads_observed", observed)
            self.add(wave, "all", "net", "ties", ties)
            self.add(wave, "all", "net", "density", ties / observed if observed else None)


def write_expected(data, directory, families):
    first = True
    with open(os.path.join(directory, "expected.json"), "w", encoding="utf-8") as file:
        def out(one):
            nonlocal first
            file.write(("" if first else ",\n") + json.dumps(one))
            first = False
        file.write('{"dataset": "invented", "metrics": [\n')
        for trip in data.trips:
            expected = Expected(data, trip["trip_id"], out)
            for family in families:
                getattr(expected, family)()
        file.write("\n]}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    for name, usual in [("seed", 1), ("studies", 5), ("participants", 120), ("answers", 2400), ("ties", 1000),
                        ("largest", 60)]:
        parser.add_argument("--" + name, type=int, default=usual)
    parser.add_argument("--expect", default="response,balance,satisfaction,learning,network")
    given = parser.parse_args()
    data = Dataset(given)
    present = {person["sector"] for person in data.people}
    data.sectors = SECTORS[:4] + [sector for sector in SECTORS[4:] if sector in present]
    data.write(given.directory)
    write_expected(data, given.directory, [family for family in given.expect.split(",") if family])
    print(f"{len(data.trips)} studies, {len(data.people)} participants, {len(data.responses)} answers, "
          f"{len(data.ties)} ties", file=sys.stderr)


if __name__ == "__main__":
    main()
