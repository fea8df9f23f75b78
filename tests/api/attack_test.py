"""That the attacker test's driver is the real thing: invented studies are played against a service, and all that a
dashboard's key reads after each step is what the driver says (tests/attack/attack_transcript)."""

import csv
import io
import json
import os
import subprocess

from service import Programme, ServiceTest, main, new_id, people_of

TRANSCRIPT = os.environ.get("DEBRIEFD_ATTACK_TRANSCRIPT", "")
FIRST = int(os.environ.get("DEBRIEFD_ATTACK_FIRST", "1"))
STUDIES = int(os.environ.get("DEBRIEFD_ATTACK_STUDIES", "9"))
INDEX_OF_GAINS = 38  # a seed whose study has one
KEY = ("family", "wave", "slice", "item", "metric")
REASON = "wrong delegation"


def by_key(rows):
    return {tuple(row[name] for name in KEY): row for row in rows}


class Player:
    """One study in the service, step by step."""

    def __init__(self, test, told):
        self.test = test
        self.told = told
        self.organiser = test.programme.organiser
        instruments = {wave: test.programme.publish(json.dumps(instrument).encode())
                       for wave, instrument in told["instruments"].items()}
        self.study = test.programme.study(f"Study of seed {told['seed']}")
        self.study.import_delegates(people_of(*told["people"], prefix=f"a{told['seed']}p"))
        self.waves = {wave: self.study.wave(wave, *instrument) for wave, instrument in instruments.items()}
        self.participants = self.in_order(told["people"])
        self.persons = {one["id"]: one["person"] for one in self.study.delegates()}
        self.evaluations = {}
        self.closed = set()
        self.withdrawn = set()

    def in_order(self, sectors):
        """Participants by person; those of a sector are alike."""
        listed = self.study.delegates()
        return [listed.pop(next(i for i, one in enumerate(listed) if one["sector"] == sector))["id"]
                for sector in sectors]

    def take(self, step):
        getattr(self, step["kind"])(step)

    def answer(self, step):
        person = (step["wave"], step["person"])
        evaluation = {"answers": step["answers"]}
        if person in self.evaluations:
            evaluation["replaces"] = self.evaluations[person]
        line = {"id": new_id(), "participant": self.participants[step["person"]], "evaluation": evaluation}
        outcome = self.waves[step["wave"]].import_lines([line], "?late=1" if step["wave"] in self.closed else "")[0]
        self.test.assertEqual(outcome["outcome"], "new", outcome)
        self.evaluations[person] = line["id"]

    def change(self, step, **body):
        participant = self.participants[step["person"]]
        self.organiser.made("PATCH", f"{self.study.path}/delegates/{participant}", body)

    def remove(self, step):
        self.change(step, travelled=False)

    def erase(self, step):
        person = self.persons[self.participants[step["person"]]]
        self.organiser.made("POST", f"/v1/persons/{person}:erase", {"reason": "asked by letter"})

    def restore(self, step):
        self.change(step, travelled=True)

    def move(self, step):
        self.change(step, sector=step["sector"])

    def close(self, step):
        self.waves[step["wave"]].close()
        self.closed.add(step["wave"])

    def run(self, _):
        self.study.await_settled()

    def withdraw(self, _):
        releases = self.releases()
        if releases:
            number = max(one["number"] for one in releases)
            self.organiser.made("POST", f"{self.study.path}/releases/{number}:withdraw", {"reason": REASON})
            self.withdrawn.add(number)

    def resume(self, _):
        if self.releases():
            self.organiser.made("POST", self.study.path + "/releases:resume")

    def releases(self):
        return self.test.programme.dashboard.made("GET", self.study.path + "/releases")["releases"]


class AttackTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Attack")
        made = "".join(subprocess.run([TRANSCRIPT, str(first), str(count)], capture_output=True, text=True, check=True).stdout
                       for first, count in ((FIRST, STUDIES), (INDEX_OF_GAINS, 1)))
        cls.studies = [json.loads(line) for line in made.splitlines()]
        assert "gain_index" in made.splitlines()[-1]

    def check_rows(self, rows, told):
        """Every row and every field, numbers exactly."""
        rows, told = by_key(rows), by_key(told)
        self.assertEqual(set(rows), set(told))
        for key, expected in told.items():
            got = {name: rows[key][name] for name in expected}
            self.assertEqual(got, expected, key)

    def check_csv(self, player, rows):
        reply = self.programme.dashboard.get(player.study.path + "/metrics.csv").body.decode()
        table = list(csv.DictReader(io.StringIO(reply)))
        self.assertEqual(len(table), len(rows))
        for line, row in zip(table, rows):
            self.assertEqual([line[name] for name in KEY], [row[name] for name in KEY])
            for name in ("value", "low", "high", "n", "N"):
                if isinstance(row[name], (int, float)):
                    self.assertEqual(float(line[name]), row[name])
                else:
                    self.assertEqual(line[name], row[name] or "")

    def check_wide(self, player, rows):
        """Nothing but the rows' own numbers, each in its column."""
        reply = self.programme.dashboard.get(player.study.path + "/metrics.csv?layout=wide").body.decode()
        numbers = {}
        for row in rows:
            if isinstance(row["value"], (int, float)):
                numbers[tuple(row[name] for name in ("wave", "slice", "item", "metric"))] = row["value"]
        seen = 0
        for line in csv.DictReader(io.StringIO(reply)):
            place = tuple(line[name] for name in ("wave", "slice", "item"))
            for metric in {key[3] for key in numbers if key[:3] == place}:
                self.assertEqual(float(line[metric]), numbers[place + (metric,)])
                seen += 1
        self.assertEqual(seen, len(numbers))

    def check_view(self, player, rows):
        stored = self.service.sql(
            "SELECT family, wave, slice, item, metric, value, n, population, low, high FROM dash.metric "
            f"WHERE study_id = '{player.study.id}'", role="debriefd_dash")
        told = by_key(rows)
        self.assertEqual({tuple(row[:5]) for row in stored}, set(told))
        for row in stored:
            expected = told[tuple(row[:5])]
            for text, name in zip(row[5:], ("value", "n", "N", "low", "high")):
                if isinstance(expected[name], (int, float)):
                    self.assertEqual(float(text), expected[name], (row, name))

    def check_programme(self, player, rows):
        path = f"/v1/programmes/{self.programme.id}/metrics"
        whole = self.programme.dashboard.made("GET", path)["metrics"]
        mine = [row for row in whole if row["study"] == player.study.id]
        self.check_rows(mine, rows)

    def check_now(self, player, newest):
        view = player.study.metrics()
        if newest["number"] in player.withdrawn:
            self.assertEqual(view["withdrawn_reason"], REASON)
            self.assertEqual(view["metrics"], [])
            return
        self.assertEqual(view["release"], newest["number"])
        self.check_rows(view["metrics"], newest["rows"])

    def check_formats(self, player, newest):
        if newest["number"] in player.withdrawn:
            return
        rows = player.study.metrics()["metrics"]
        self.check_csv(player, rows)
        self.check_wide(player, rows)
        self.check_view(player, newest["rows"])
        self.check_programme(player, newest["rows"])

    def check_history(self, player):
        told = {one["number"]: one["rows"] for one in player.told["releases"]}
        for release in player.releases():
            rows = player.study.metrics(query="?as_of=" + release["released_at"])["metrics"]
            if release["number"] in player.withdrawn:
                self.assertEqual(rows, [])
            else:
                self.check_rows(rows, told[release["number"]])

    def play(self, told):
        player = Player(self, told)
        released = []
        for number, step in enumerate(told["steps"]):
            player.take(step)
            released += [one for one in told["releases"] if one["step"] == number]
            if step["kind"] != "run" or not released:
                continue
            self.assertEqual(len(player.releases()), len(released), (number, step))
            self.check_now(player, released[-1])
        self.check_formats(player, released[-1])
        self.check_history(player)
        return released

    def test_the_driver_reads_what_a_dashboard_reads(self):
        self.assertEqual(len(self.studies), STUDIES + 1)
        releases, numbers = 0, 0
        for told in self.studies:
            with self.subTest(seed=told["seed"]):
                released = self.play(told)
                releases += len(released)
                numbers += sum(row["value"] is not None and row["family"] in ("satisfaction", "transfer", "learning")
                               for one in released for row in one["rows"])
        print(f"{releases} releases, {numbers} numbers of answers", flush=True)
        self.assertGreater(releases, STUDIES)
        self.assertGreater(numbers, 100)


if __name__ == "__main__":
    main()
