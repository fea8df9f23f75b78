"""The participant's form as a browser without scripts sees it: from the link to the receipt, and everything that can
come between."""

import concurrent.futures
import json
import re
import time
import urllib.parse

from browser import Browser, entry_list
from service import (Client, Programme, ServiceTest, delegation_csv, load_definition, main, new_id,
                     people_of)

HOSTILE = "<script>alert(1)</script> \" ' & </textarea> å 🎉"


def definition(name, items, **given):
    return json.dumps({"id": name, "title": {"sv": "Formulär", "en": "Form"}, "wave": "post",
                       "languages": ["sv", "en"], "items": items, "measures": [], **given}).encode()


def both(text):
    return {"sv": text + " (sv)", "en": text + " (en)"}


def question(item, kind, **given):
    return {"id": item, "type": kind, "text": both(item), **given}


OPTIONS = [{"id": one, "text": both("Option " + one)} for one in "abc"]
EVERY_TYPE = definition("every-type", [
    question("ONE", "section"),
    question("RATE", "rating"), question("NPS", "nps"), question("ROLE", "single", options=OPTIONS),
    question("MULTI", "multiple", options=OPTIONS, max_choices=2),
    question("MAT", "matrix", rows=[{"id": "r1", "text": both("r1")}, {"id": "r2", "text": both("r2")}]),
    question("RANK", "ranking", options=OPTIONS), question("NUM", "number", min=0, max=100),
    question("USED", "binary"), question("REACH", "count", max=500, show_if={"item": "USED", "in": [True]}),
    question("WHY", "text", max_length=400), question("SHORT", "text", max_length=20),
    question("TWO", "section"),
    question("ROSTER", "roster"), question("CONTACTS", "contacts", max_entries=5),
    question("COMMIT", "commitments", max_entries=20, max_length=200),
    question("THREE", "section"),
    question("MUST", "rating", required=True), question("SAY", "text", required=True, max_length=400),
])
FOLLOW_UP = definition("follow-up", [question("STATUS", "commitment_status"), question("LAST", "rating")], wave="fu")


class FormTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Forms")
        cls.every = cls.programme.publish(EVERY_TYPE)
        cls.post = cls.programme.publish(load_definition("post"))

    def fresh(self, instrument=None, people=3, kind="post", **given):
        """A wave nobody answered: its tokens by participant, in the order of names."""
        study = self.programme.study("Study " + new_id()[:8])
        rows = [(f"Name {i} {HOSTILE.replace(chr(34), '')}" if i == 1 else f"Name {i}", f"{new_id()}@example.org",
                 "politics", f"Org {i % 2} <b>") for i in range(people)]
        study.import_delegates(rows)
        wave = study.wave(kind, *(instrument or self.every), **given)
        return wave, wave.invite()

    def opened(self, token, **headers):
        browser = Browser(self.service, **headers)
        browser.get("/i/" + token)
        return browser

    def begun(self, token, **headers):
        browser = self.opened(token, **headers)
        self.assertEqual(browser.page.status, 200)
        browser.press_plain("consent")
        self.assertEqual(browser.page.section(), 1)
        return browser

    def stored(self, wave):
        """(scores, texts, replaces) of each evaluation, oldest first."""
        rows = self.service.sql("SELECT scores::text, texts, coalesce(replaces::text, '') FROM debrief.evaluation "
                                f"WHERE wave_id = '{wave.id}' ORDER BY received_at")
        return [([int(one) for one in scores[1:-1].split(",")], json.loads(texts), replaces)
                for scores, texts, replaces in rows]

    def drafts(self, wave):
        rows = self.service.sql(f"SELECT answers FROM debrief.draft WHERE wave_id = '{wave.id}'")
        return [json.loads(row[0]) for row in rows]

    def finish(self, browser):
        """From the last section on to the receipt."""
        browser.press("3")
        browser.press("review", {"MUST": 4, "SAY": "x"})
        self.assertIn("/form?section=review", browser.path)
        return browser.press_plain("send")

    def test_every_type_of_answer(self):
        wave, tokens = self.fresh()
        me, *others = sorted(tokens)
        browser = self.begun(tokens[me])
        self.assertEqual(browser.page.items(), ["RATE", "NPS", "ROLE", "MULTI", "MAT", "RANK", "NUM", "USED", "WHY",
                                                "SHORT"])
        page = browser.press("2", {"RATE": 5, "NPS": "!dk", "ROLE": "b", "MULTI": ["c", "a"], "MAT.r1": 3,
                                   "MAT.r2": "!dk", "RANK.c": 1, "RANK.a": 2, "NUM": "3,5", "USED": 1, "WHY": HOSTILE,
                                   "SHORT": "kort"})
        self.assertEqual((page.section(), browser.path), (1, "/form?section=1&new=REACH#new"))
        self.assertIn("leder till den här frågan", page.visible)
        self.assertIn("REACH", page.items())
        page = browser.press("2", {"REACH": "1 20"})
        self.assertEqual((page.status, page.section()), (200, 2))
        names = [one.text for one in page.root.all("legend") if one.parent.get("class") == "person"]
        self.assertEqual(len(names), 2, "everybody but oneself")
        page = browser.press("3", {
            "ROSTER." + others[0]: 4, "CONTACTS.1.name": "Åsa " + HOSTILE, "CONTACTS.1.organisation": "Nokia",
            "COMMIT.0.text": "Berätta", "COMMIT.0.level": "individual", "COMMIT.0.due": "", "COMMIT.0.audience": "Alla"})
        self.assertEqual((page.status, page.section()), (200, 3))
        page = browser.press("review", {"MUST": "!refused", "SAY": "rad ett\r\nrad två"})
        self.assertIn(HOSTILE.split(" å")[0].split("&")[0].split("alert")[0].strip(), page.visible)
        for part in ("Option b (sv)", "Vet inte", "3,5", "Ja", "120", "1 person markerad", "Berätta", "Vill inte svara"):
            self.assertIn(part, page.visible)
        page = browser.press_plain("send")
        self.assertEqual((page.status, page.title), (200, "Dina svar är registrerade"))
        ((scores, texts, _),) = self.stored(wave)
        self.assertEqual(scores, [5, -1, 2, 1, 0, 1, 3, -1, 2, 0, 1, 1, 120, -2])
        self.assertEqual(texts, {
            "NUM": 3.5, "WHY": HOSTILE, "SHORT": "kort", "SAY": "rad ett\nrad två", "ROSTER": {others[0]: 4},
            "CONTACTS": [{"name": "Åsa " + HOSTILE, "organisation": "Nokia"}],
            "COMMIT": [{"id": "1", "text": "Berätta", "level": "individual", "audience": "Alla"}]})
        self.assertEqual(self.drafts(wave), [])

    def test_the_form_shows_what_was_answered(self):
        """A round trip through the page: sending what it shows changes nothing."""
        wave, tokens = self.fresh()
        me, other, _ = sorted(tokens)
        answers = {"RATE": 1, "NPS": 0, "ROLE": "c", "MULTI": ["b"], "MAT": {"r1": 1, "r2": {"missing": "dk"}},
                   "RANK": ["b", "c", "a"], "NUM": 0.1, "USED": True, "REACH": 0, "WHY": "\n\n  x\n", "SHORT": "a\nb",
                   "ROSTER": {other: 0}, "CONTACTS": [{"name": "N", "kept": True}],
                   "COMMIT": [{"id": "c-9", "text": HOSTILE, "level": "organisation", "due": "2021-03"}],
                   "MUST": {"missing": "dk"}, "SAY": "x"}
        wave.submit_good(tokens[me], answers, language="sv")
        browser = self.opened(tokens[me])
        self.assertEqual(browser.page.title, "Du har svarat")
        browser.press_plain("edit")
        for go in ("2", "3", "review"):
            self.assertEqual(browser.press(go).status, 200)
        self.assertEqual(browser.press_plain("send").status, 200)
        (first, second) = self.stored(wave)
        self.assertEqual(first[:2], second[:2])
        self.assertTrue(second[2])

    def test_faults_stand_beside_the_field_and_on_top(self):
        wave, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        page = browser.press("2", {"RATE": 4, "NUM": "många <b>", "MULTI": ["a", "b", "c"], "RANK.a": 1, "RANK.b": 1,
                                   "SHORT": "x" * 21})
        self.assertEqual((page.status, page.section()), (422, 1))
        self.assertEqual(set(page.errors()), {"NUM", "MULTI", "RANK", "SHORT"})
        summary = page.root.one(id="summary")
        self.assertEqual((summary.get("role"), summary.get("tabindex"), summary.get("autofocus")), ("alert", "-1", ""))
        self.assertEqual([one.get("href") for one in summary.all("a")],
                         ["#item-MULTI", "#item-RANK", "#item-NUM", "#item-SHORT"])
        self.assertEqual(page.root.one(name="q.NUM").get("value"), "många <b>")
        self.assertEqual(page.root.one(name="q.NUM").get("aria-invalid"), "true")
        self.assertEqual(page.root.one(name="q.SHORT").get("value"), "x" * 21)
        self.assertEqual(len([one for one in page.root.all(name="q.MULTI") if "checked" in one.attributes]), 3)
        self.assertEqual(self.drafts(wave), [{"RATE": 4}], "what was right is saved")
        page = browser.press("2", {"NUM": "101", "MULTI": ["a"], "RANK.b": 2, "SHORT": "x"})
        self.assertEqual(page.errors(), {"NUM": "Skriv ett tal från 0 till 100."})
        self.assertEqual(browser.press("2", {"NUM": "100"}).section(), 2)
        page = browser.press("3", {"COMMIT.0.text": "utan nivå", "CONTACTS.0.organisation": "utan namn"})
        self.assertEqual(set(page.errors()), {"COMMIT", "CONTACTS"})
        self.assertEqual(page.root.one("textarea", name="q.COMMIT.0.text").value, "utan nivå")

    def test_what_is_required(self):
        _, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        browser.press("3")
        page = browser.press("review")
        self.assertEqual((page.status, set(page.errors())), (422, {"MUST", "SAY"}))
        self.assertEqual(browser.press("2").status, 200, "back is always free")
        page = browser.get("/form?section=review")
        links = [one.get("href") for one in page.root.one(id="summary").all("a")]
        self.assertEqual(links, ["/form?section=3&check=1#item-MUST", "/form?section=3&check=1#item-SAY"])
        self.assertIn("/form?section=review", (browser.press_plain("send"), browser.path)[1])
        page = browser.get(links[0])
        self.assertEqual(set(page.errors()), {"MUST", "SAY"})
        page = browser.press("review", {"MUST": "!dk", "SAY": "", "SAY.missing": "refused"})
        self.assertEqual(page.status, 200)
        self.assertEqual(browser.press_plain("send").title, "Dina svar är registrerade")

    def test_an_answer_can_be_cleared(self):
        wave, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        self.assertNotIn("clear.RATE", browser.page.buttons())
        browser.press("2", {"RATE": 4, "WHY": "x"})
        page = browser.get("/form?section=1")
        page = browser.press("clear.RATE")
        self.assertEqual((page.section(), self.drafts(wave)), (1, [{"WHY": "x"}]))
        browser.press("2", {"WHY": "  "})
        self.assertEqual(self.drafts(wave), [{}])

    def test_conditions(self):
        wave, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        reach = browser.page.root.one(data_item="REACH")
        self.assertEqual(json.loads(reach.get("data-show")), {"item": "USED", "in": [True]})
        self.assertTrue(reach.is_hidden())
        browser.press("2", {"USED": 1, "script": ""})
        browser.press("2", {"REACH": 7})
        browser.get("/form?section=1")
        browser.press("2", {"USED": 0, "REACH": 9})
        self.assertEqual(self.drafts(wave), [{"USED": False, "REACH": 7}], "hidden, and kept as it was")
        self.finish(browser)
        self.assertEqual(self.stored(wave)[0][0][-2], -3, "not shown")
        _, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        fields = [one for one in browser.fields(**{"q.USED": 1, "q.REACH": 5}) if one[0] != "script"]
        self.assertEqual(browser.send(fields + [("script", "1"), ("go", "2")]).section(), 2)

    def test_languages_keep_what_was_typed(self):
        wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        browser = self.begun(token)
        self.assertEqual((browser.page.language, browser.page.title), ("sv", "Formulär"))
        page = browser.press("language.en", {"RATE": 3, "WHY": "typed", "NUM": "0,5"})
        self.assertEqual((page.language, page.title, page.section()), ("en", "Form", 1))
        self.assertEqual(page.root.one("textarea", name="q.WHY").value, "typed")
        self.assertEqual(page.root.one(name="q.NUM").get("value"), "0.5")
        self.assertIn("RATE (en)", page.visible)
        page = browser.press("language.sv", {"NUM": "fel", "WHY": "more"})
        self.assertEqual(page.root.one("textarea", name="q.WHY").value, "more")
        browser.press("language.en", {"NUM": ""})
        self.assertEqual(self.opened(token).page.language, "en", "also on another device")
        self.finish(browser)
        self.assertEqual(self.service.sql(f"SELECT language FROM debrief.evaluation WHERE wave_id = '{wave.id}'"),
                         [["en"]])
        later = self.opened(token)
        self.assertEqual(later.page.language, "en", "in the language of the answer")
        receipt = next(link for link in re.findall(r'href="(/receipt/[^"]+)"', later.page.body))
        self.assertEqual(later.get(receipt).language, "en")
        english = Browser(self.service, **{"Accept-Language": "en-GB,en;q=0.9"})
        self.assertEqual(english.get("/form").language, "en")
        self.assertEqual(english.get("/form?language=sv").language, "sv")
        self.assertEqual(english.get("/form").language, "sv", "a choice is remembered")

    def test_lists_grow(self):
        _, tokens = self.fresh()
        browser = self.begun(next(iter(tokens.values())))
        page = browser.press("2")
        rows = lambda: len([one for one in browser.page.root.one(data_item="COMMIT").all("fieldset")
                            if "row" in one.get("class", "").split()])
        self.assertEqual(rows(), 3)
        filled = {}
        for i in range(20):
            if i >= rows():
                page = browser.press("add.COMMIT", filled)
                self.assertEqual((page.status, page.section()), (200, 2))
                filled = {}
            filled.update({f"COMMIT.{i}.text": f"Sak {i}", f"COMMIT.{i}.level": "individual"})
        page = browser.press("3", filled)
        self.assertEqual(page.section(), 3)
        browser.get("/form?section=2")
        self.assertEqual(rows(), 20)
        self.assertNotIn("add.COMMIT", browser.page.buttons())

    def test_two_devices_fill_in_one_draft_and_send_one_evaluation(self):
        wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        phone = self.begun(token)
        desk = self.opened(token)
        self.assertEqual(desk.page.section(), 1, "no second consent")
        phone.press("2", {"RATE": 5})
        desk.press("2", {"NPS": 10, "RATE": None})
        self.assertEqual(self.drafts(wave), [{"NPS": 10}], "a page says all of its section")
        desk.press("3")
        desk.press("review", {"MUST": 1, "SAY": "x"})
        phone.get("/form?section=review")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            pages = list(pool.map(lambda one: one.press_plain("send"), [self.copy(one) for one in [phone, desk] * 4]))
        self.assertEqual({page.title for page in pages}, {"Dina svar är registrerade"})
        self.assertEqual(len(self.stored(wave)), 1)
        self.assertEqual(phone.press_plain("send").title, "Dina svar är registrerade")
        self.assertEqual(len(self.stored(wave)), 1)

    def copy(self, browser):
        twin = Browser(self.service)
        twin.cookies = dict(browser.cookies)
        twin.page = browser.page
        return twin

    def test_edits_and_stale_edits(self):
        wave, tokens = self.fresh()
        participant, token = next(iter(tokens.items()))
        first = wave.submit_good(token, {"MUST": 1, "SAY": "a"})
        browser = self.opened(token)
        browser.press_plain("edit")
        self.assertIn("Du ändrar svar", browser.page.visible)
        browser.press("3")
        browser.press("review", {"MUST": 2})
        wave.submit_good(token, {"MUST": 3, "SAY": "elsewhere"}, replaces=first)
        page = browser.press_plain("send")
        self.assertIn("Andra svar från dig", page.visible)
        self.assertEqual(self.drafts(wave), [{"MUST": 2, "SAY": "a"}], "kept, and not sent")
        self.assertEqual(browser.press_plain("send").title, "Dina svar är registrerade")
        self.assertEqual([one[0][-1] for one in self.stored(wave)], [1, 3, 2])
        browser.get("/form")
        browser.press_plain("edit")
        browser.press("2", {"RATE": 1})
        browser.get("/form?section=review")
        self.assertEqual(browser.press_plain("discard").title, "Du har svarat")
        self.assertEqual((self.drafts(wave), len(self.stored(wave))), ([], 3))

    def test_a_refused_edit_of_the_api_becomes_the_draft(self):
        wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        wave.submit_good(token, {"MUST": 1, "SAY": "a"})
        reply = wave.submit(token, {"language": "en", "answers": {"MUST": 5, "SAY": "b", "WHY": "late"}})
        self.assertEqual(reply.status, 412)
        browser = self.opened(token)
        self.assertEqual(browser.page.language, "en")
        browser.get("/form?section=review")
        self.assertIn("late", browser.page.visible)
        self.assertEqual(browser.press_plain("send").status, 200)
        self.assertEqual(self.stored(wave)[-1][1]["WHY"], "late")

    def test_closing_keeps_what_was_filled_in(self):
        wave, tokens = self.fresh()
        token, other, third = tokens.values()
        browser = self.begun(token)
        browser.press("3")
        wave.submit_good(other, {"MUST": 1, "SAY": "a"})
        answered = self.opened(other)
        wave.close()
        page = browser.press("review", {"MUST": 4, "SAY": "too late"})
        self.assertEqual((page.status, page.title), (410, "Insamlingen är stängd"))
        self.assertIn("sparat men blev aldrig skickat", page.visible)
        self.assertEqual(self.drafts(wave)[0]["SAY"], "too late")
        self.assertIn("registrerat och räknas", answered.get("/form").visible)
        self.assertEqual(answered.press_plain("edit").status if "edit" in answered.page.buttons() else 410, 410)
        self.assertEqual(self.opened(third).page.status, 410)
        self.assertEqual(len(self.stored(wave)), 1)

    def test_waves_that_are_not_open_yet(self):
        _, tokens = self.fresh(opens_at="2099-01-01T11:00:00Z")
        page = self.opened(next(iter(tokens.values()))).page
        self.assertEqual((page.status, page.title), (403, "Formuläret är inte öppet än"))
        self.assertIn("1 januari 2099 kl. 12.00", page.visible, "in the study's time zone")

    def test_links_that_lead_nowhere(self):
        wave, tokens = self.fresh()
        token, rotated, _ = tokens.values()
        listed = wave.organiser.made("GET", wave.path + "/invitations?tokens=1&limit=1000")["invitations"]
        invitation = next(one["id"] for one in listed if one.get("token") == rotated)
        wave.organiser.made("POST", f"/v1/invitations/{invitation}:rotate")
        page = self.opened(rotated).page
        self.assertEqual((page.status, page.title), (403, "Länken gäller inte längre"))
        for text in [token[:-1] + ("A" if token[-1] != "A" else "B"), token[:30], "x", "di_", token + "A"]:
            browser = Browser(self.service)
            page = browser.get("/i/" + text)
            self.assertEqual((page.status, page.title, browser.cookies), (404, "Länken stämmer inte", {}))
            time.sleep(0.2)
        page = Browser(self.service).get("/")
        self.assertEqual((page.status, page.title), (200, "Utvärderingar"))
        page = Browser(self.service).get("/form")
        self.assertEqual((page.status, page.title), (401, "Öppna formuläret från din inbjudan"))
        self.assertEqual(Browser(self.service).get("/receipt/" + "A" * 43).status, 404)
        self.assertEqual(Browser(self.service).get("/receipt/x").status, 404)

    def test_reading_the_link_takes_nothing_away(self):
        wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        for method in ["GET", "HEAD"] * 10:
            status, headers, _ = Browser(self.service).call(method, "/i/" + token)
            self.assertEqual((status, headers["Location"]), (303, "/form"))
        self.assertEqual((self.drafts(wave), self.stored(wave)), ([], []))
        self.finish(self.begun(token))
        self.assertEqual(len(self.stored(wave)), 1)

    def test_cookies_headers_and_logs(self):
        _, tokens = self.fresh()
        token = next(iter(tokens.values()))
        status, headers, _ = Browser(self.service).call("GET", "/i/" + token)
        self.assertEqual(headers["Set-Cookie"], f"__Host-debriefd_form={token}; Path=/; Secure; HttpOnly; SameSite=Lax")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        browser = self.begun(token)
        self.assertEqual(browser.page.headers["Cache-Control"], "no-store")
        self.assertIn("default-src 'none'", browser.page.headers["Content-Security-Policy"])
        self.assertNotIn(token, browser.page.body)
        self.assertNotIn(token, self.service.log())
        self.assertNotIn(token[3:40], self.service.database_log())

    def test_other_sites_cannot_answer(self):
        wave, tokens = self.fresh()
        first, second, _ = tokens.values()
        browser = self.begun(first)
        fields = browser.fields(**{"q.RATE": 5}) + [("go", "2")]
        for changed, headers in [([one for one in fields if one[0] != "csrf"], {}),
                                 ([("csrf", "x") if one[0] == "csrf" else one for one in fields], {}),
                                 (fields, {"Sec-Fetch-Site": "cross-site"})]:
            with self.subTest(headers=headers):
                self.assertEqual(self.copy(browser).send(changed, **headers).status, 403)
        thief = self.begun(second)
        thief.page = browser.page
        self.assertEqual(thief.send(fields).status, 403, "a token is bound to its cookie")
        self.assertEqual([one for one in self.drafts(wave) if one], [])
        self.assertEqual(browser.send(fields, **{"Sec-Fetch-Site": "same-origin"}).status, 200)
        status, _, _ = browser.call("POST", "/form", b"{}", **{"Content-Type": "application/json"})
        self.assertEqual(status, 400)

    def test_what_a_browser_would_not_send(self):
        wave, tokens = self.fresh()
        me, other, _ = sorted(tokens)
        browser = self.begun(tokens[me])
        csrf = dict(browser.fields())["csrf"]
        odd = [("q.RATE", "6"), ("q.RATE", "x"), ("q.RATE", "-1"), ("q.RATE", ""), ("q.ROLE", "z"), ("q.NPS", "1e1"),
               ("q.MAT.r9", "1"), ("q.MAT.r1", "9"), ("q.RANK.a", "999999999999"), ("q.RANK.z", "1"),
               ("q.ROSTER." + new_id(), "1"), ("q.ROSTER." + me, "1"), ("q.ROSTER." + other, "9"),
               ("q.COMMIT.99.text", "x"), ("q.COMMIT.x.text", "x"), ("q.COMMIT.0.id", "å"), ("q.NOTHING", "1"),
               ("q.ONE", "1"), ("q.RATE.x.y.z", "1"), ("q.WHY", "x" * 5000), ("q.", ""), ("q", "1")]
        for name, value in odd:
            for go in ("2", "add.COMMIT", "clear.RATE", "x" * 500, "language.xx", "-1", "99999999999999999999"):
                fields = [("csrf", csrf), ("section", "1"), ("items", "RATE"), ("items", "NONE"), (name, value),
                          ("items", name.split(".")[1] if "." in name else ""), ("go", go)]
                page = self.copy(browser).send(fields)
                self.assertIn(page.status, (200, 422), (name, value, go))
        self.assertEqual([one for one in self.drafts(wave) if one], [])
        status, _, _ = browser.call("POST", "/form", b"csrf=" + csrf.encode() + b"&q.WHY=%ff%fe")
        self.assertEqual(status, 400)
        status, _, _ = browser.call("POST", "/form", b"&".join([b"a=1"] * 9000))
        self.assertEqual(status, 400)

    def test_own_commitments_are_asked_about(self):
        wave, tokens = self.fresh(people=4)
        study = wave.study
        me = next(iter(tokens))
        wave.submit_good(tokens[me], {"MUST": 1, "SAY": "x", "COMMIT": [
            {"id": "k1", "text": "Bjuda in " + HOSTILE, "level": "individual", "due": "2027-05"},
            {"text": "Skriva", "level": "organisation"}]})
        later = study.wave("fu", *self.programme.publish(FOLLOW_UP))
        links = later.invite()
        browser = self.begun(links[me])
        page = browser.page
        self.assertIn("Bjuda in", page.visible)
        self.assertIn("2027-05", page.visible)
        browser.press("review", {"STATUS.k1": "completed", "STATUS.2": "ongoing", "LAST": 3})
        self.assertEqual(browser.press_plain("send").status, 200)
        self.assertEqual(self.stored(later)[0][1], {"STATUS": {"k1": "completed", "2": "ongoing"}})
        stranger = self.begun(next(link for one, link in links.items() if one != me))
        self.assertEqual(stranger.page.items(), ["LAST"], "nobody else's are shown")
        self.assertNotIn("Bjuda in", stranger.page.body)

    def test_scripts_save_item_by_item(self):
        wave, tokens = self.fresh()
        me, other, _ = sorted(tokens)
        browser = self.begun(tokens[me])
        csrf = dict(browser.fields())["csrf"]

        def draft(*fields, **headers):
            body = urllib.parse.urlencode([("csrf", csrf), *fields]).encode()
            status, _, content = browser.call("POST", "/form/draft", body, **headers)
            return status, json.loads(content) if content[:1] == b"{" else None

        status, said = draft(("items", "RATE"), ("q.RATE", "5"))
        self.assertEqual((status, said["saved"], said["errors"]), (200, True, []))
        evaluation = said["evaluation"]
        status, said = draft(("items", "NUM"), ("items", "WHY"), ("q.NUM", "x"), ("q.WHY", "good"))
        self.assertEqual((status, [one["item"] for one in said["errors"]]), (422, ["NUM"]))
        status, said = draft(("items", "ROSTER"), ("q.ROSTER." + other, "2"))
        self.assertEqual((status, said["evaluation"]), (200, evaluation))
        self.assertEqual(self.drafts(wave), [{"RATE": 5, "WHY": "good", "ROSTER": {other: 2, "complete": False}}])
        draft(("items", "ROSTER"), ("q.ROSTER." + other, "2"), ("q.ROSTER.complete", "1"), ("items", "RATE"))
        self.assertEqual(self.drafts(wave), [{"WHY": "good", "ROSTER": {other: 2}}])
        self.assertEqual(draft(("send", "1"))[0], 422)
        last = [("items", "MUST"), ("q.MUST", "3"), ("items", "SAY"), ("q.SAY", "x"), ("send", "1")]
        status, said = draft(*last)
        self.assertEqual((status, said["recorded"]), (200, True))
        self.assertEqual(browser.get(said["location"]).title, "Dina svar är registrerade")
        self.assertEqual(draft(("send", "1")), (200, said))
        self.assertEqual(len(self.stored(wave)), 1)
        self.assertEqual(draft(("items", "RATE"), **{"Sec-Fetch-Site": "cross-site"})[0], 403)
        browser.cookies.clear()
        self.assertEqual(draft(("items", "RATE"))[0], 401)

    def test_a_guesser_is_slowed_down_and_nobody_else(self):
        wave, tokens = self.fresh(people=50)
        good = list(tokens.values())
        statuses = []
        for i in range(40):
            wrong = good[0][:-4] + f"{i:04d}"
            status, headers, _ = Browser(self.service).call("GET", "/i/" + wrong)
            statuses.append(status)
        self.assertEqual(statuses[0], 404)
        self.assertEqual(statuses[-1], 429)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertGreater(statuses.count(429), 20)
        for _ in range(12):
            reply = Client(self.service, good[0][:-4] + "0000").get("/v1/receipts/" + new_id())
        self.assertEqual(reply.status, 429)

        def answer(token):
            browser = self.begun(token)
            return self.finish(browser).status

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            self.assertEqual(set(pool.map(answer, good)), {200})
        self.assertEqual(len(self.stored(wave)), 50)
        time.sleep(2)

    def anonymous(self, items):
        study = self.programme.study("Anonymous " + new_id()[:8], anonymity="anonymous")
        study.import_delegates(people_of(*["politics"] * 6, prefix=new_id()[:8]))
        wave = study.wave("post", *self.programme.publish(definition("a" + new_id()[:8], items)))
        wave.organiser.made("POST", wave.path + "/invitations")
        listed = wave.organiser.made("GET", wave.path + "/invitations?tokens=1&limit=100")["invitations"]
        return wave, [one["token"] for one in listed if "token" in one]

    def test_anonymous_forms_are_one_page_without_saving(self):
        wave, tokens = self.anonymous([
            question("ONE", "section"), question("RATE", "rating"), question("USED", "binary"),
            question("WHAT", "text", show_if={"item": "USED", "in": [True]}), question("TWO", "section"),
            question("NUM", "number"), question("MUST", "rating", required=True)])
        browser = self.opened(tokens[0])
        page = browser.page
        self.assertEqual((page.status, page.form.get("data-mode")), (200, "anonymous"))
        self.assertIn("Formuläret är anonymt", page.visible)
        self.assertEqual(page.items(), ["RATE", "USED", "NUM", "MUST"])
        page = browser.press("send", {"RATE": 2, "USED": 1, "NUM": "x"})
        self.assertEqual((page.status, set(page.errors())), (422, {"NUM", "MUST"}))
        self.assertIn("WHAT", page.items())
        self.assertEqual(page.root.one(name="q.NUM").get("value"), "x")
        page = browser.press("language.en", {"WHAT": HOSTILE})
        self.assertEqual((page.status, page.language, page.errors()), (200, "en", {}))
        self.assertEqual(dict(entry_list(page.form))["q.WHAT"], HOSTILE)
        page = browser.press("clear.RATE")
        self.assertNotIn("q.RATE", dict(entry_list(page.form)))
        page = browser.press("send", {"NUM": "2.5", "MUST": 3, "USED": 0})
        self.assertEqual((page.status, page.title), (200, "Your answers are recorded"))
        self.assertEqual(self.opened(tokens[0]).page.title, "Dina svar är registrerade")
        fresh = self.opened(tokens[1])
        page = fresh.press("send", {"USED": 1, "MUST": 3})
        self.assertEqual((page.status, page.items()), (200, ["RATE", "USED", "WHAT", "NUM", "MUST"]))
        self.assertIn("en fråga till", page.visible)
        sending = fresh.fields() + [("go", "send")]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            pages = list(pool.map(lambda one: one.send(sending), [self.copy(fresh) for _ in range(4)]))
        self.assertEqual({page.title for page in pages}, {"Dina svar är registrerade"})
        rows = self.service.sql("SELECT count(*) FROM debrief.anonymous_answer "
                                f"WHERE wave_id = '{wave.id}'")
        self.assertEqual(rows, [["2"]])
        self.assertEqual(self.drafts(wave), [])
        wave.close()
        self.assertEqual(self.opened(tokens[2]).page.status, 410)

    def test_the_packs_are_answered_and_stay_small(self):
        people = [(f"Förnamn{i} Efternamn{i * 7919 % 101}", f"{new_id()}@example.org", "business",
                   f"Organisationen {i % 23}") for i in range(60)]
        study = self.programme.study("Packs " + new_id()[:8])
        study.organiser.made("POST", study.path + "/delegates:import", delegation_csv(people), "text/csv")
        for kind in ("pre", "post", "fu"):
            wave = study.wave(kind, *self.programme.publish(load_definition(kind)))
            browser = self.begun(next(iter(wave.invite().values())), **{"Accept-Encoding": "identity"})
            status, headers, content = browser.call("GET", "/form?section=1", **{"Accept-Encoding": "gzip"})
            self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
            self.assertLess(len(content), 15_000)
            for _ in range(30):
                page = browser.page
                if page.title == "Granska dina svar":
                    break
                forward = [one for one in page.buttons() if one.isdigit() and int(one) > page.section()]
                browser.press(forward[0] if forward else "review",
                              {one: 3 for one in page.items()
                               if page.root.one(data_item=one).get("data-type") in ("rating", "nps", "count")})
            self.assertEqual(browser.press_plain("send").status, 200)


if __name__ == "__main__":
    main()
