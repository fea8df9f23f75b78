"""What a study of three waves releases of answers that tell of each other: gains, what two answers say together, and
networks, which are told once."""

import random

from service import Programme, ServiceTest, load_definition, main, new_id, people_of

MEMBERS = ["politics"] * 6 + ["business"] * 5 + ["academia"] * 2 + ["state"]
PAIRS = {"UPTAKE": "org_given_ind", "HOST": "conversion", "TRANSFER_GAP": "mean"}


class LinkedTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Linked", sectors=["politics", "business", "academia", "state"])
        cls.study = cls.programme.study("Three waves", starts_on="2005-09-24")
        cls.study.import_delegates(people_of(*MEMBERS, prefix="linked"))
        sectors = {one["id"]: one["sector"] for one in cls.study.delegates()}
        cls.people = sorted(sectors, key=lambda one: (cls.programme_order(sectors[one]), one))
        cls.random = random.Random(5)
        cls.waves, cls.views = {}, {}
        for kind in ("pre", "post", "fu"):
            cls.hold(kind)

    @staticmethod
    def programme_order(sector):
        return ["politics", "business", "academia", "state"].index(sector)

    @classmethod
    def hold(cls, kind):
        """The last person's answer before the trip comes after the wave has closed."""
        wave = cls.waves[kind] = cls.study.wave(kind, *cls.programme.publish(load_definition(kind)))
        late = cls.people[-1:] if kind == "pre" else []
        cls.answer(kind, [one for one in cls.people if one not in late])
        wave.close()
        cls.study.await_settled()
        cls.views[kind] = cls.rows()
        if late:
            cls.answer(kind, late, "?late=1")
            cls.study.await_settled()
            cls.views["late"] = cls.rows()

    @classmethod
    def answer(cls, kind, people, query=""):
        lines = [{"id": new_id(), "participant": one, "evaluation": {"answers": cls.draw(kind, one)}} for one in people]
        outcomes = {one["outcome"] for one in cls.waves[kind].import_lines(lines, query)}
        assert outcomes == {"new"}, outcomes

    @classmethod
    def draw(cls, kind, person):
        """A ring of ties, with chords after the trip."""
        at, pick = cls.people.index(person), cls.random.choice
        ring = {cls.people[(at + 1) % len(cls.people)]: 3}
        chords = {cls.people[(at + 4) % len(cls.people)]: 2}
        themes = ("T1", "T2", "T3", "T4")
        if kind == "pre":
            return {"ROSTER": ring} | {"L_pre_" + theme: pick([1, 2, 3]) for theme in themes}
        if kind == "post":
            rest = {name: pick([3, 4, 5]) for name in ("OVERALL", "S_PREP1", "S_PREP2", "S_PROG1", "S_PROG2", "S_PROG3",
                                                       "S_PROG4", "P1", "P2", "P3", "P4", "P5", "NPS", "NKI1", "NKI2", "NKI3")}
            return rest | {"HOST_MADE": pick([0, 1, 2, 3])} | {
                "L_" + when + theme: pick([2, 3, 4]) for when in ("then_", "now_") for theme in themes}
        return ({"ROSTER": ring | chords, "APPL_IND": pick([0, 1, 1]), "APPL_ORG": pick([0, 0, 1]), "HOST_KEPT": pick([0, 1, 2]),
                 "DISS_EVENTS": pick([1, 2, 3, 4]), "DISS_REACH": 30000 if person == cls.people[0] else pick([10, 20])}
                | {name: pick([2, 3, 4]) for name in ("S_FUP1", "S_FUP2", "TR_IND1", "TR_IND2", "TR_ORG1", "TR_ORG2")}
                | {"L_fu_" + theme: pick([2, 3, 4]) for theme in themes})

    @classmethod
    def rows(cls):
        return {(row["family"], row["wave"], row["slice"], row["item"], row["metric"]): row
                for row in cls.study.metrics()["metrics"]}

    def atoms(self, family, item):
        """The coded histogram of a family, summed over its groups."""
        return {int(value): int(n) for value, n in self.service.sql(
            f"SELECT c.value, sum(c.n) FROM debrief.atom_cell c WHERE c.study_id = '{self.study.id}' "
            f"AND c.family = '{family}' AND c.item = '{item}' GROUP BY c.value")}

    def test_one_of_the_gains_that_share_an_answer_is_told(self):
        last = self.views["fu"]
        for theme in ("T1", "T2", "T3", "T4"):
            told = last["learning", "pair", "all", "RPP_" + theme, "gain.mean"]
            histogram = self.atoms("RPP_" + theme, "RPP_" + theme)
            self.assertEqual(sum(histogram.values()), len(MEMBERS))
            self.assertAlmostEqual(told["value"], sum(v * n for v, n in histogram.items()) / len(MEMBERS), 9)
            for other in ("PREPOST_", "SHIFT_", "FADE_"):
                row = last["learning", "pair", "all", other + theme, "gain.mean"]
                self.assertEqual((row["value"], row["null_reason"], row["n"]), (None, "withheld_linked", 0))
        self.assertEqual(self.service.sql(f"SELECT DISTINCT left(family, 4) FROM debrief.atom WHERE study_id = "
                                          f"'{self.study.id}' AND family ~ '^(RPP|PREPOST|SHIFT|FADE)_'"), [["RPP_"]])

    def test_what_two_answers_say_together_is_not_told(self):
        for item, metric in PAIRS.items():
            self.assertEqual(self.views["fu"]["transfer", "fu", "all", item, metric]["null_reason"], "withheld_linked")
        self.assertFalse([key for key in self.views["fu"] if key[3].startswith("COMMIT")])

    def test_yes_and_no_and_counts_are_those_of_coded_atoms(self):
        last = self.views["fu"]
        applied = self.atoms("APPL_IND", "APPL_IND")
        share = last["transfer", "fu", "all", "APPL_IND", "share"]
        self.assertAlmostEqual(share["value"], applied.get(1, 0) / len(MEMBERS), 9)
        self.assertLessEqual(share["low"], share["value"])
        events = self.atoms("DISS_EVENTS", "DISS_EVENTS")
        self.assertEqual(last["transfer", "fu", "all", "DISS_EVENTS", "sum"]["value"], sum(v * n for v, n in events.items()))
        # One person reached thirty thousand.
        for metric in ("sum", "mean"):
            row = last["transfer", "fu", "all", "DISS_REACH", metric]
            self.assertEqual((row["value"], row["null_reason"]), (None, "withheld_dominance"))
        self.assertLessEqual(last["transfer", "fu", "all", "DISS_REACH", "median"]["value"], 21)

    def networks(self, view, wave):
        return {key: row for key, row in self.views[view].items() if key[0] == "network" and key[1] == wave}

    def test_a_network_is_told_once(self):
        first = self.networks("pre", "pre")
        self.assertEqual(first["network", "pre", "all", "net", "ties"]["value"], len(MEMBERS) - 1)
        self.assertEqual(self.study_internal("pre", "ties"), len(MEMBERS))
        for view in ("late", "post"):
            self.assertEqual(self.networks(view, "pre"), first)
        last = self.networks("fu", "pre")
        self.assertEqual({key: row for key, row in last.items() if key[3] != "net_panel"}, first)

    def study_internal(self, wave, metric):
        return next(row["value"] for row in self.study.internal() if (row["family"], row["wave"], row["item"], row["metric"],
                                                                     row["slice"]) == ("network", wave, "net", metric, "all"))

    def test_mixing_is_between_groups_of_five(self):
        cells = {key[2]: row for key, row in self.networks("fu", "fu").items() if key[4] == "mix_ties"}
        groups = {"politics", "business+academia+state"}
        self.assertEqual(set(cells), {f"{one}>{other}" for one in groups for other in groups})
        self.assertEqual(sum(row["value"] for row in cells.values()), 2 * len(MEMBERS))
        self.assertTrue(all(row["n"] >= 5 and row["N"] >= 5 for row in cells.values()))

    def test_a_change_that_would_tell_of_one_person_is_held_back(self):
        """One answered before the trip only after that was told."""
        change = self.networks("fu", "pre>fu")
        told = {key[4] for key, row in change.items() if row["value"] is not None}
        self.assertEqual(told, {"new_per_person", "new_cross_share"})
        self.assertEqual({row["null_reason"] for row in change.values()}, {None, "withheld_small"})
        self.assertFalse(self.networks("post", "pre>fu"))

    def test_no_node_is_told(self):
        for wave in ("pre", "fu"):
            rows = self.networks("fu", wave)
            self.assertEqual(rows["network", wave, "all", "net_recon", "isolates"]["value"], "<3")
            for item, metric in (("net_recon", "betweenness_max"), ("net_broker", "t"), ("net_broker", "w_I")):
                self.assertNotIn(("network", wave, "all", item, metric), rows)

    def test_each_is_explained(self):
        explained = self.programme.organiser.made("GET", self.study.path + "/releases:explain")
        entries = {(one["wave"], one["item"]): one for one in explained["items"] if one["family"] != "response"}
        rule = lambda wave, item, metric: next((one["outcome"], one["rule"]) for one in entries[wave, item]["metrics"]
                                               if one["metric"] == metric)
        self.assertEqual(rule("pair", "RPP_T1", "gain.mean"), ("shown", None))
        self.assertEqual(rule("pair", "RPP_T1", "gain.pre_mean"), ("held_back", "difference"))
        self.assertEqual(rule("pair", "RPP_INDEX", "gain.sd"), ("held_back", "mean_of_items"))
        self.assertEqual(entries["pair", "RPP_T1"]["disclosure_family"], "RPP_T1")
        self.assertEqual([group["group"] for group in entries["pair", "RPP_T1"]["groups"]],
                         ["politics", "business+academia+state"])
        for name, links in (("PREPOST_T1", ["RPP_T1"]), ("SHIFT_T1", ["RPP_T1"]), ("FADE_T1", ["RPP_T1"])):
            self.assertEqual(rule("pair", name, "gain.mean"), ("held_back", "linked"))
            self.assertEqual(entries["pair", name]["linked_with"], links)
        self.assertEqual(rule("fu", "UPTAKE", "org_given_ind"), ("held_back", "linked"))
        self.assertEqual(entries["fu", "UPTAKE"]["linked_with"], ["APPL_IND", "APPL_ORG"])
        self.assertEqual(entries["fu", "HOST"]["linked_with"], ["HOST_KEPT", "HOST_MADE"])
        self.assertEqual(entries["fu", "TRANSFER_GAP"]["linked_with"], ["TRANSFER_IND", "TRANSFER_ORG"])
        self.assertEqual(rule("fu", "COMMIT_all", "made"), ("internal", None))
        self.assertEqual(rule("fu", "DISS_REACH", "sum"), ("held_back", "dominance"))
        self.assertEqual(rule("pre>fu", "net", "kept"), ("held_back", "small"))
        self.assertEqual(rule("fu", "net_recon", "betweenness_max"), ("internal", None))


if __name__ == "__main__":
    main()
