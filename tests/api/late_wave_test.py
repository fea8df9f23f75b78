"""Gains over a wave that was released before the wave with the gain was made: what was told of its answers stays, and
the gain is held back; what was not told yet yields to the gain. (What the first of these leaves to read, and what the
second does, is enumerated by tests/attack as its studies of two waves.)"""

import json

from service import Programme, ServiceTest, main, new_id, people_of

PEOPLE = 7


def instrument(wave, items, measures):
    both = lambda text: {"sv": text, "en": text}
    ends = {"1": both("low"), "5": both("high")}
    return json.dumps({"id": "late-" + wave, "title": both(wave), "wave": wave, "languages": ["sv", "en"], "measures": measures,
                       "items": [{"id": name, "type": "rating", "text": both(name),
                                  "scale": {"min": 1, "max": 5, "labels": ends}} for name in items]}).encode()


def rating(name):
    return {"id": name, "type": "rating", "items": [name]}


def gain(name, before, after):
    return {"id": name, "type": "gain", "items": [{"wave": "pre", "item": before}, after]}


class LateWaveTest(ServiceTest):
    @classmethod
    def prepare(cls):
        """A was told when the wave before closed, C only three had answered then, and B is no measure of its own."""
        cls.programme = Programme(cls.service, "Late wave")
        cls.study = cls.programme.study("Trip")
        cls.study.import_delegates(people_of(*["politics"] * PEOPLE))
        cls.people = [one["id"] for one in cls.study.delegates()]
        pre = cls.hold("pre", instrument("pre", "ABC", [rating("A"), rating("C")]),
                       lambda i: {"A": 1 + i % 3, "B": 2} | ({"C": 2} if i < 3 else {}))
        cls.before = cls.rows()
        measures = [rating(name) for name in "DEF"] + [gain("GA", "A", "D"), gain("GB", "B", "E"), gain("GC", "C", "F"),
                                                       {"id": "GX", "type": "gain_index", "measures": ["GA", "GB"],
                                                        "minimum_answered": 1}]
        cls.hold("post", instrument("post", "DEF", measures), lambda i: {"D": 2 + i % 3, "E": 4, "F": 3})
        cls.after = cls.rows()
        # Who answers C now has answered both; in time for neither.
        lines = [{"id": new_id(), "participant": one, "evaluation": {"answers": {"A": 1, "B": 1, "C": 3}, "replaces": old}}
                 for one, old in list(zip(cls.people, pre))[3:]]
        assert {one["outcome"] for one in cls.wave_before.import_lines(lines, "?late=1")} == {"new"}
        cls.study.await_settled()
        cls.last = cls.rows()

    @classmethod
    def hold(cls, kind, definition, answers):
        wave = cls.study.wave(kind, *cls.programme.publish(definition))
        lines = [{"id": new_id(), "participant": one, "evaluation": {"answers": answers(i)}}
                 for i, one in enumerate(cls.people)]
        assert {one["outcome"] for one in wave.import_lines(lines)} == {"new"}
        wave.close()
        cls.study.await_settled()
        if kind == "pre":
            cls.wave_before = wave
        return [line["id"] for line in lines]

    @classmethod
    def rows(cls):
        return {(row["wave"], row["item"], row["metric"]): row for row in cls.study.metrics()["metrics"]
                if row["slice"] == "all"}

    def reason(self, rows, *key):
        return rows[key]["null_reason"]

    def test_what_was_told_stays_and_its_gain_is_held_back(self):
        self.assertIsNotNone(self.before["pre", "A", "mean"]["value"])
        for rows in (self.after, self.last):
            self.assertEqual(rows["pre", "A", "mean"], self.before["pre", "A", "mean"])
            self.assertEqual(self.reason(rows, "pair", "GA", "gain.mean"), "withheld_linked")
            self.assertIsNotNone(rows["post", "D", "mean"]["value"])

    def test_what_was_not_told_yields_to_the_gain(self):
        self.assertEqual(self.reason(self.before, "pre", "C", "mean"), "withheld_k")
        for rows in (self.after, self.last):
            self.assertEqual(self.reason(rows, "pre", "C", "mean"), "withheld_linked")
            self.assertEqual(self.reason(rows, "post", "F", "mean"), "withheld_linked")
        self.assertEqual(self.reason(self.after, "pair", "GC", "gain.mean"), "withheld_k")
        self.assertEqual(self.last["pair", "GC", "gain.mean"]["n"], PEOPLE)

    def test_a_gain_of_what_is_no_measure_is_told_and_an_index_with_one_that_is_not_is_not(self):
        self.assertEqual(self.after["pair", "GB", "gain.mean"]["n"], PEOPLE)
        self.assertEqual(self.reason(self.after, "post", "E", "mean"), "withheld_linked")
        self.assertEqual(self.last["pair", "GB", "gain.mean"], self.after["pair", "GB", "gain.mean"])
        for rows in (self.after, self.last):
            self.assertEqual(self.reason(rows, "pair", "GX", "gain.mean"), "withheld_linked")


if __name__ == "__main__":
    main()
