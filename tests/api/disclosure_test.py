"""What a dashboard's key can learn, compared with an independent reading of the rules of release: groups from counts
only and frozen, later answers in batches of k, every atom's histogram coded, every number made from coded atoms."""

import collections
import csv
import io
import json
import math
import random
import statistics

from service import Client, Programme, ServiceTest, load_definition, main, new_id, people_of

K = 5
COALITION = 1
DISTRIBUTION = 8
SECTORS = ["politics", "business", "academia", "state", "media"]
SINGLE = {name: (1, 5) for name in ["OVERALL", "P1", "P2", "P3", "P4", "P5"]} | {"NPS": (0, 10)}
INDICES = {"PHASE_preparation": ["S_PREP1", "S_PREP2"],
           "PHASE_programme": ["S_PROG1", "S_PROG2", "S_PROG3", "S_PROG4"]}
REVERSED = {"S_PROG4"}
NKI = ["NKI1", "NKI2", "NKI3"]
NKI_BINS = 20
THEMES = ["T1", "T2", "T3", "T4"]
COUNT_MAX = 30000
COUNT_CLASSES = [0, 1, 2, 3, 6, 11, 21, 51, 101, 201, 501, 1001, 2001, 5001, 10001, 20001]
DOMINANCE = 0.10
FAMILIES = ("satisfaction", "learning", "transfer")
# Of the programme's sectors, in order; who of them answers. Awkward on purpose: 1 to 4 people in a sector.
DELEGATIONS = {
    0: [],
    1: ["state"],
    4: ["politics", "politics", "business", "state"],
    5: ["politics", "politics", "business", "business", "academia"],
    9: ["politics"] * 5 + ["business"] + ["academia"] * 2 + ["media"],
    33: ["politics"] * 16 + ["business"] * 9 + ["academia"] * 4 + ["state"] * 3 + ["media"],
}


def draw_answers(random_):
    """Most agree, so that coding has work to do; some leave questions out."""
    names = [*SINGLE, *INDICES["PHASE_preparation"], *INDICES["PHASE_programme"], *NKI]
    answers = {}
    for name in names:
        low, high = (0, 10) if name == "NPS" else (1, 10) if name in NKI else (1, 5)
        answers[name] = high - 1 if random_.random() < 0.75 else random_.randint(low, high)
        if random_.random() < 0.06:
            answers[name] = {"missing": random_.choice(["dk", "refused"])}
    for theme in THEMES:
        answers["L_then_" + theme] = random_.choice([2, 3, 3, 3])
        answers["L_now_" + theme] = 5 if random_.random() < 0.2 else answers["L_then_" + theme] + 1
        if random_.random() < 0.06:
            answers[random_.choice(["L_then_", "L_now_"]) + theme] = {"missing": "dk"}
    answers["HOST_MADE"] = random_.choice([0, 0, 0, 1, 1, 2, 4, 7, 400])
    return answers


def make_groups(answers, members):
    """metrics.md 8.4, 2: sector to group, as tuples of sectors in the programme's order."""
    if sum(answers.values()) < K:
        return []
    together = [s for s in SECTORS if 0 < answers[s] < K]
    alone = [s for s in SECTORS if answers[s] >= K]
    while together and sum(answers[s] for s in together) < K:
        smallest = min(alone, key=lambda s: (answers[s], SECTORS.index(s)))
        alone.remove(smallest)
        together.append(smallest)
    silent = [s for s in SECTORS if answers[s] == 0 and members[s] > 0]
    groups = [[s] for s in alone]
    if together:
        groups.append(together + silent)
    else:
        largest = max(alone, key=lambda s: (answers[s], -SECTORS.index(s)))
        groups[alone.index(largest)] += silent
    return [tuple(sorted(group, key=SECTORS.index)) for group in groups]


def code(histogram):
    """metrics.md 8.4, 4, on a list of counts by category."""
    coded = list(histogram)
    cap = sum(coded) - (COALITION + 1)
    for mode, count in enumerate(histogram):
        if count <= cap:
            continue
        for step in range(count - cap):
            if mode == 0:
                to = 1
            elif mode == len(coded) - 1:
                to = mode - 1
            else:
                to = mode - 1 if step % 2 == 0 else mode + 1
            coded[mode] -= 1
            coded[to] += 1
    return coded


def code_count(histogram):
    """The same of a count: what is too many goes to the nearest number of the class below or above."""
    coded = list(histogram)
    cap = sum(coded) - (COALITION + 1)
    for mode, count in enumerate(histogram):
        if count <= cap:
            continue
        at = max(i for i, first in enumerate(COUNT_CLASSES) if first <= mode)
        ways = [COUNT_CLASSES[at] - 1] if at > 0 else []
        ways += COUNT_CLASSES[at + 1:at + 2]
        for step in range(count - cap):
            coded[mode] -= 1
            coded[ways[step % len(ways)]] += 1
    return coded


def is_dominated(histogram):
    """metrics.md 8.6: whether the second largest could estimate the largest to within p per cent."""
    values = sorted((value for value, count in enumerate(histogram) for _ in range(count)), reverse=True)
    return sum(values[2:]) < DOMINANCE * values[0]


class Model:
    """The atoms of one study's wave."""

    def __init__(self, members):
        self.members = {s: members.count(s) for s in SECTORS}
        self.groups = {}   # family: groups
        self.atoms = {}    # (family, group, item): coded histogram, summed over epochs
        self.waiting = {}  # family: {participant: (sector, {item: category})}
        self.entered = {}  # family: participants
        self.counted = []  # (time, group, histogram) of the atoms of HOST_MADE
        self.time = 0

    @staticmethod
    def contributions(answers):
        """Family: {item: (category, categories)} of one evaluation."""
        given = {name: value for name, value in answers.items() if isinstance(value, int)}
        for name, (low, high) in SINGLE.items():
            if name in given:
                yield name, {name: (given[name] - low, high - low + 1)}
        for index, items in INDICES.items():
            if all(item in given for item in items):
                yield index, {item: (given[item] - 1, 5) for item in items}
        scored = [given[item] for item in NKI if item in given]
        if len(scored) == len(NKI):
            share = sum(value - 1 for value in scored) / (9 * len(scored))
            yield "NKI", {"NKI": (math.floor(NKI_BINS * share + 0.5 + 1e-12), NKI_BINS + 1)}
        for theme in THEMES:
            if "L_then_" + theme in given and "L_now_" + theme in given:
                yield "RPP_" + theme, {"RPP_" + theme: (given["L_now_" + theme] - given["L_then_" + theme] + 4, 9)}
        if "HOST_MADE" in given:
            yield "HOST_MADE", {"HOST_MADE": (given["HOST_MADE"], COUNT_MAX + 1)}

    def answer(self, participant, sector, answers):
        """A later answer takes the place of one that waits; one that entered stands, and the later one waits."""
        for waiting in self.waiting.values():
            waiting.pop(participant, None)
        for family, cells in self.contributions(answers):
            if participant not in self.entered.get(family, ()):
                self.waiting.setdefault(family, {})[participant] = (sector, cells)

    def release(self):
        self.time += 1
        for family, waiting in self.waiting.items():
            if family not in self.groups:
                counts = {s: sum(sector == s for sector, _ in waiting.values()) for s in SECTORS}
                groups = make_groups(counts, self.members)
                if groups:
                    self.groups[family] = groups
            for group in self.groups.get(family, []):
                self.enter(family, group)

    def enter(self, family, group):
        waiting = self.waiting[family]
        people = [person for person, (sector, _) in waiting.items() if sector in group]
        if len(people) < K:
            return
        self.entered.setdefault(family, set()).update(people)
        entering = [waiting.pop(person)[1] for person in people]
        for item, (_, categories) in entering[0].items():
            histogram = [0] * categories
            for cells in entering:
                histogram[cells[item][0]] += 1
            earlier = self.atoms.get((family, group, item), [0] * categories)
            coded = (code_count if item == "HOST_MADE" else code)(histogram)
            self.atoms[family, group, item] = [a + b for a, b in zip(earlier, coded)]
            if item == "HOST_MADE":
                self.counted.append((self.time, group, coded))

    def histograms(self):
        """(slice, item): the histogram that is public."""
        public = {}
        for (_, group, item), histogram in self.atoms.items():
            public["+".join(group), item] = histogram
            total = public.get(("all", item), [0] * len(histogram))
            public["all", item] = [a + b for a, b in zip(total, histogram)]
        return public

    def expected_count(self, slice_, histogram):
        """Sums only when nobody dominates what entered at any time; of groups, when that holds in every atom."""
        values = [value for value, count in enumerate(histogram) for _ in range(count)]
        times = {}
        for time, _, atom in self.counted:
            times[time] = [a + b for a, b in zip(times.get(time, [0] * len(atom)), atom)]
        together = times.values() if slice_ == "all" else [atom for _, _, atom in self.counted]
        is_told = not any(is_dominated(one) for one in together)
        yield "n", len(values)
        yield "mean", statistics.fmean(values) if is_told else None
        if slice_ == "all":
            yield "sum", sum(values) if is_told else None
            yield "median", statistics.median(values)
            yield "share_any", sum(value > 0 for value in values) / len(values)

    @staticmethod
    def expected_gain(values):
        yield "gain.n", len(values)
        yield "gain.mean", statistics.fmean(values)
        yield "gain.sd", statistics.stdev(values)
        yield "gain.improved", sum(value > 0 for value in values) / len(values)
        yield "gain.same", sum(value == 0 for value in values) / len(values)
        yield "gain.worse", sum(value < 0 for value in values) / len(values)
        for metric in ("pre_mean", "post_mean", "r", "dav", "hake_class", "hake_ind", "hake_ind_n", "norm_change"):
            yield "gain." + metric, None

    def expected(self):
        """(slice, item, metric): value."""
        rows = {}
        for (slice_, item), histogram in self.histograms().items():
            if item == "HOST_MADE":
                rows.update({(slice_, item, metric): value for metric, value in self.expected_count(slice_, histogram)})
                continue
            if item.startswith("RPP_"):
                values = [i - 4 for i, count in enumerate(histogram) for _ in range(count)]
                if slice_ == "all":
                    rows.update({(slice_, item, metric): value for metric, value in self.expected_gain(values)})
                continue
            low = 0 if item in ("NPS", "NKI") else 1
            values = [low + category for category, count in enumerate(histogram) for _ in range(count)]
            n = len(values)
            if item == "NPS":
                promoters = sum(value >= 9 for value in values)
                detractors = sum(value <= 6 for value in values)
                rows[slice_, item, "nps.promoters"] = promoters
                rows[slice_, item, "nps.detractors"] = detractors
                rows[slice_, item, "nps.score"] = 100 * (promoters - detractors) / n
                continue
            if item == "NKI":
                values = [value * 100 / NKI_BINS for value in values]
            if item in REVERSED:
                values = [6 - value for value in values]
            rows[slice_, item, "n"] = n
            rows[slice_, item, "mean"] = statistics.fmean(values)
            rows[slice_, item, "sd"] = statistics.stdev(values)
            if item != "NKI":
                rows[slice_, item, "top2"] = sum(value >= 4 for value in values) / n
            if item != "NKI" and slice_ == "all":
                for value in range(1, 6):
                    shown = n >= DISTRIBUTION
                    rows[slice_, item, f"dist.{value}"] = values.count(value) if shown else None
        return rows


def key_of(row):
    return row["slice"], row["item"], row["metric"]


class DisclosureTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Disclosure", sectors=SECTORS)
        cls.instrument = cls.programme.publish(load_definition("post"))
        cls.random = random.Random(20261123)
        cls.studies, cls.waves, cls.models = {}, {}, {}
        cls.open_views = {}
        for size, members in DELEGATIONS.items():
            cls.make(size, members)
        for size, wave in cls.waves.items():
            cls.studies[size].await_settled()
            cls.open_views[size] = cls.studies[size].metrics()
            wave.close()
        for size, study in cls.studies.items():
            study.await_settled()
            cls.models[size].release()

    @classmethod
    def make(cls, key, members):
        study = cls.programme.study(f"Study of {key}", starts_on="2005-09-24")
        if members:
            study.import_delegates(people_of(*members, prefix=f"s{key}p"))
        wave = study.wave("post", *cls.instrument)
        sectors = {one["id"]: one["sector"] for one in study.delegates()}
        model = Model(members)
        for participant, token in wave.invite().items():
            answers = draw_answers(cls.random)
            wave.submit_good(token, answers)
            model.answer(participant, sectors[participant], answers)
        cls.studies[key], cls.waves[key], cls.models[key] = study, wave, model
        return study, wave, model

    def satisfaction(self, study, query=""):
        return [row for row in study.metrics(query=query)["metrics"] if row["family"] == "satisfaction"]

    def of_atoms(self, study):
        return [row for row in study.metrics()["metrics"] if row["family"] in FAMILIES]

    def check_release(self, study, model):
        """Every number is the model's, and there is no other."""
        shown = {key_of(row): row for row in self.of_atoms(study)}
        expected = model.expected()
        for key, value in expected.items():
            self.assertIn(key, shown)
            if value is None:
                self.assertIsNone(shown[key]["value"], key)
                self.assertTrue(shown[key]["null_reason"], key)
            else:
                self.assertAlmostEqual(shown[key]["value"], value, 9, key)
        groups = {slice_ for slice_, _ in model.histograms()} | {"all"}
        for key, row in shown.items():
            self.assertIn(key[0], groups, key)
            if row["value"] is None:
                continue
            if key[2] != "gain.sign_p":  # its n is who changed, as the shares of improved and worse say
                self.assertGreaterEqual(row["n"], K, key)
            items = {**INDICES, "RPP_INDEX": ["RPP_" + theme for theme in THEMES]}.get(key[1], [key[1]])
            self.assertTrue(all((key[0], item) in model.histograms() for item in items), key)
        return len(expected)

    def test_nothing_of_an_open_wave_is_released(self):
        for size, view in self.open_views.items():
            with self.subTest(size=size):
                self.assertIsNone(view["release"])
                self.assertEqual(view["metrics"], [])

    def test_released_numbers_are_those_of_coded_atoms(self):
        for size in DELEGATIONS:
            with self.subTest(size=size):
                checked = self.check_release(self.studies[size], self.models[size])
                self.assertEqual(checked > 0, size >= K)

    def test_an_index_is_the_mean_of_its_items(self):
        study, model = self.studies[33], self.models[33]
        shown = {key_of(row): row["value"] for row in self.satisfaction(study)}
        for index, items in INDICES.items():
            for slice_ in {slice_ for slice_, item in model.histograms() if item in items}:
                means = [25 * (shown[slice_, item, "mean"] - 1) for item in items]
                self.assertAlmostEqual(shown[slice_, index, "mean"], statistics.fmean(means), 9)
                self.assertIsNone(shown[slice_, index, "sd"])

    def test_coding_had_work_to_do(self):
        """Otherwise this file would prove less than it says."""
        stored = self.service.sql("SELECT count(*) FROM debrief.atom")
        self.assertGreater(int(stored[0][0]), 30)
        changed = [key for key, histogram in self.models[5].atoms.items() if max(histogram) == 3]
        self.assertTrue(changed)

    def test_a_few_people_show_nothing_but_what_is_public(self):
        for size in (0, 1, 4):
            view = self.studies[size].metrics()
            self.assertIsNotNone(view["release"])
            for row in view["metrics"]:
                if row["value"] is None:
                    self.assertIsNotNone(row["null_reason"])
                    continue
                public = row["family"] == "balance" or row["metric"] == "resp.N"
                self.assertTrue(public, row)

    def test_no_slice_below_k_anywhere(self):
        for size, study in self.studies.items():
            for row in study.metrics()["metrics"]:
                if row["family"] == "balance" or row["value"] is None or row["metric"] == "resp.N":
                    continue
                if row["slice"] != "all":
                    self.assertGreaterEqual(row["n"], K, (size, row))

    def test_magnitudes_that_one_person_dominates_are_not_shown(self):
        """Both cases occur among these studies; what is held back says why."""
        reasons = set()
        for study in self.studies.values():
            for row in study.metrics()["metrics"]:
                if row["item"] == "HOST_MADE" and row["metric"] == "sum":
                    reasons.add(row["null_reason"])
                self.assertFalse(row["item"].startswith(("CONTACTS", "L_", "COMMIT")), row)
                self.assertNotIn(row["metric"], ("ppct_unsafe_p10", "dom_1_85_unsafe"))
        self.assertLessEqual({"withheld_k", "withheld_dominance"}, reasons)

    def test_a_gain_is_told_without_its_single_waves(self):
        shown = {key_of(row): row for row in self.of_atoms(self.studies[33])}
        means = [shown["all", "RPP_" + theme, "gain.mean"]["value"] for theme in THEMES]
        self.assertAlmostEqual(shown["all", "RPP_INDEX", "gain.mean"]["value"], statistics.fmean(means), 9)
        self.assertEqual(shown["all", "RPP_INDEX", "gain.sd"]["null_reason"], "withheld_linked")
        self.assertEqual(shown["all", "RPP_T1", "gain.pre_mean"]["null_reason"], "withheld_linked")
        for metric in ("gain.t_lo", "gain.fpc_hi", "gain.dz", "gain.gz", "gain.sign_p", "gain.signflip_p"):
            self.assertIsNotNone(shown["all", "RPP_T1", metric]["value"], metric)

    def test_every_view_says_the_same(self):
        """Filters, CSV, the programme's metrics and as_of are selections of one release."""
        dashboard = self.programme.dashboard
        whole = dashboard.made("GET", f"/v1/programmes/{self.programme.id}/metrics")["metrics"]
        for size, study in self.studies.items():
            rows = study.metrics()["metrics"]
            mine = [row for row in whole if row["study"] == study.id]
            self.assertEqual([{**row, "study": study.id, "study_name": f"Study of {size}", "release": mine[0]["release"]}
                              for row in rows], mine)
            table = list(csv.DictReader(io.StringIO(dashboard.get(study.path + "/metrics.csv").body.decode())))
            self.assertEqual([(row["slice"], row["item"], row["metric"]) for row in table],
                             [key_of(row) for row in rows])
            for line, row in zip(table, rows):
                if isinstance(row["value"], (int, float)):
                    self.assertEqual(float(line["value"]), row["value"])
            for name in ("family", "wave", "slice", "item"):
                for value in {row[name] for row in rows} | {"none", "", "politics", "state", "media"}:
                    got = study.metrics(query=f"?{name}={value.replace('+', '%2B')}")["metrics"]
                    self.assertEqual(got, [row for row in rows if row[name] == value])
            self.assertEqual(study.metrics(query="?as_of=2001-01-01T00:00:00Z")["metrics"], [])
            self.assertEqual(study.metrics(query="?as_of=2101-01-01T00:00:00Z")["metrics"], rows)

    def test_a_dashboard_reads_only_releases_and_descriptions(self):
        """Every operation with a dashboard's key: either it is refused, or it names nobody."""
        study, wave = self.studies[9], self.waves[9]
        people = {row[0] for row in self.service.sql(
            "SELECT participant_id FROM debrief.delegate UNION SELECT person_id FROM debrief.delegate "
            "UNION SELECT evaluation_id FROM debrief.evaluation UNION SELECT invitation_id FROM debrief.invitation")}
        ids = collections.defaultdict(new_id, {
            "programme": self.programme.id, "study": study.id, "wave": wave.id, "job": study.job("verify")["id"],
            "instrument": self.instrument[0], "version": self.instrument[1], "number": 1})
        readable = set()
        for pattern, path in Client(self.service).get("/openapi.json").json["paths"].items():
            for method, operation in path.items():
                if operation["operationId"] in ("listenEvents", "getProcessMetrics"):
                    continue
                body = None if method in ("get", "delete") else {}
                reply = self.programme.dashboard.call(method.upper(), pattern.format_map(ids), body)
                if reply.status == 200:
                    readable.add(operation["operationId"])
                    self.assertFalse([one for one in people if one in reply.body.decode()], pattern)
                else:
                    self.assertEqual(reply.status, 403, (pattern, method, reply))
        self.assertEqual(readable, {
            "getProgramme", "listProgrammes", "getStudy", "listStudies", "getWave", "listWaves", "getInstrument",
            "listReleases", "getStudyMetrics", "getStudyMetricsCsv", "getProgrammeMetrics", "getProgrammeMetricsCsv",
            "getHealth", "getReadiness", "getDescription", "getInstrumentSchema", "getReceiptKeys"})

    def linked_instrument(self):
        """B is asked of those only who gave A a 5; Y has an item of X, and K one that Z shows."""
        both = lambda text: {"sv": text, "en": text}
        rating = lambda name, **more: {"id": name, "type": "rating", "text": both(name), "scale": {
            "min": 1, "max": 5, "labels": {"1": both("low"), "5": both("high")}}, **more}
        items = [rating(name) for name in "ACDEFGHI"]
        items.append(rating("B", show_if={"item": "A", "in": [5]}))
        measures = [{"id": name, "type": "rating", "items": [name]} for name in "ABF"]
        measures += [{"id": name, "type": "index", "items": list(of), "minimum_answered": 1}
                     for name, of in (("X", "CD"), ("Y", "DE"), ("W", "BI"), ("Z", "FG"))]
        measures.append({"id": "K", "type": "nki", "items": ["F", "H", "I"], "minimum_answered": 2})
        return {"id": "linked", "title": both("Linked"), "wave": "post", "languages": ["sv", "en"], "items": items,
                "measures": measures}

    def test_what_tells_of_other_answers_is_withheld(self):
        instrument = self.programme.publish(json.dumps(self.linked_instrument()).encode())
        study = self.programme.study("Linked")
        study.import_delegates(people_of(*["politics"] * 6, prefix="linked"))
        wave = study.wave("post", *instrument)
        for number, token in enumerate(wave.invite().values()):
            answers = dict.fromkeys("CDEFGHI", 5) | {"A": 5 if number < 5 else 4}
            wave.submit_good(token, answers | ({"B": 2} if number < 5 else {}))
        wave.close()
        study.await_settled()
        rows = {key_of(row): row for row in self.satisfaction(study)}
        for item in ("B", "Y", "W", "K"):
            shown = [row for key, row in rows.items() if key[1] == item]
            self.assertTrue(shown, item)
            for row in shown:
                self.assertIsNone(row["value"], row)
                self.assertEqual((row["null_reason"], row["n"]), ("withheld_linked", 0), row)
        for item in "AFXZ":
            self.assertEqual(rows["politics", item, "n"]["value"], 6)
        # All six gave C and D a 5. Two moved to the next lower mean that there is, 87.5, in bins 90.
        self.assertAlmostEqual(rows["politics", "X", "mean"]["value"], (4 * 100 + 2 * 90) / 6, 9)

    def late_lines(self, participants, replaced=None):
        lines, given = [], []
        for participant in participants:
            answers = draw_answers(self.random)
            evaluation = {"answers": answers}
            if replaced:
                evaluation["replaces"] = replaced[participant]
            lines.append({"id": new_id(), "participant": participant, "evaluation": evaluation})
            given.append(answers)
        return lines, given

    def test_late_answers_enter_in_batches_and_edits_wait(self):
        members = ["politics"] * 14 + ["business"] * 6 + ["academia"] * 3
        study = self.programme.study("Late")
        study.import_delegates(people_of(*members, prefix="late"))
        wave = study.wave("post", *self.instrument)
        sectors = {one["id"]: one["sector"] for one in study.delegates()}
        model = Model(members)
        of = lambda sector: [p for p in sorted(sectors) if sectors[p] == sector]
        early = of("politics")[:6] + of("business")[:5] + of("academia")
        lines, given = self.late_lines(early)
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines)}, {"new"})
        first = {line["participant"]: line["id"] for line in lines}
        for participant, answers in zip(early, given):
            model.answer(participant, sectors[participant], answers)
        wave.close()
        study.await_settled()
        model.release()
        self.check_release(study, model)
        before = self.satisfaction(study)

        # Four of politics and one of business wait; an answer to a closed wave needs late=1.
        waiting = of("politics")[6:10] + of("business")[5:6]
        lines, given = self.late_lines(waiting)
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines)}, {"closed"})
        for line, participant, answers in zip(lines, waiting, given):
            self.assertEqual(wave.import_lines([line], "?late=1")[0]["outcome"], "new")
            study.await_settled()
            model.answer(participant, sectors[participant], answers)
            model.release()
            self.check_release(study, model)

        # Edits of what was released wait for good, be they ever so many; what they answer for the first time does not.
        edits, given = self.late_lines(early, first)
        self.assertEqual({one["outcome"] for one in wave.import_lines(edits, "?late=1")}, {"new"})
        for participant, answers in zip(early, given):
            model.answer(participant, sectors[participant], answers)
        study.await_settled()
        model.release()
        self.check_release(study, model)
        for family, entered in model.entered.items():
            if entered == set(early):
                shown = [[row for row in rows if row["item"] in (family, *INDICES.get(family, ()))]
                         for rows in (before, self.satisfaction(study))]
                self.assertEqual(*shown)

        # The fifth of politics lets the five enter, for every question that all of them answered.
        lines, given = self.late_lines(of("politics")[10:11])
        wave.import_lines(lines, "?late=1")
        model.answer(of("politics")[10], "politics", given[0])
        study.await_settled()
        model.release()
        self.check_release(study, model)
        after = self.satisfaction(study)
        self.assertNotEqual(after, before)
        grown = {key_of(row): row["value"] for row in after if row["metric"] == "n" and row["value"]}
        small = {key_of(row): row["value"] for row in before if row["metric"] == "n" and row["value"]}
        for key, n in small.items():
            self.assertFalse(0 < grown[key] - n < K, key)
        released = self.programme.dashboard.made("GET", study.path + "/releases")["releases"]
        past = self.satisfaction(study, "?as_of=" + released[0]["released_at"])
        self.assertEqual([row for row in past], before)

    def test_moving_people_changes_no_frozen_atom(self):
        study, wave, model = self.make("moved", ["politics"] * 8 + ["business"] * 6 + ["state"] * 2)
        wave.close()
        study.await_settled()
        model.release()
        self.check_release(study, model)
        frozen = (f"SELECT * FROM debrief.atom_cell WHERE study_id = '{study.id}' ORDER BY 1,2,3,4,5,6,7,8;"
                  f"SELECT * FROM debrief.atom_member WHERE study_id = '{study.id}' ORDER BY 1,2,3,4,5,6,7;"
                  f"SELECT * FROM debrief.atom_group WHERE study_id = '{study.id}' ORDER BY 1,2,3,4,5")
        before = self.service.sql(frozen)
        for delegate in study.delegates():
            moved = {"politics": "business", "business": "state", "state": "media"}[delegate["sector"]]
            self.programme.organiser.made("PATCH", f"{study.path}/delegates/{delegate['id']}", {"sector": moved})
        study.await_settled()
        self.assertEqual(self.service.sql(frozen), before)
        self.check_release(study, model)
        for delegate in study.delegates()[:3]:
            self.programme.organiser.made("PATCH", f"{study.path}/delegates/{delegate['id']}", {"travelled": False})
            path = f"{wave.path}/dispositions/{delegate['id']}"
            self.programme.organiser.made("PUT", path, {"code": "R"})
        study.await_settled()
        self.assertEqual(self.service.sql(frozen), before)
        self.check_release(study, model)

    def test_the_views_for_dashboards_show_what_the_api_shows(self):
        study = self.studies[33]
        rows = self.service.sql(f"SELECT slice, item, metric, value FROM dash.metric WHERE study_id = '{study.id}'",
                                role="debriefd_dash")
        shown = {key_of(row): row["value"] for row in study.metrics()["metrics"]}
        self.assertEqual({tuple(row[:3]) for row in rows}, set(shown))
        for slice_, item, metric, value in rows:
            expected = shown[slice_, item, metric]
            if value and not isinstance(expected, str):
                self.assertEqual(float(value), expected)

    def test_dates_of_small_studies_tell_nothing_in_the_list_of_releases(self):
        for study in self.studies.values():
            releases = self.programme.dashboard.made("GET", study.path + "/releases")["releases"]
            self.assertEqual(set(releases[0]), {"number", "released_at", "withdrawn_at", "withdrawn_reason"})
            self.assertIn(len(releases), (1, 2), json.dumps(releases))


if __name__ == "__main__":
    main()
