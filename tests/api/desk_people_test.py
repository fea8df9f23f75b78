"""The desk's pages about people, in a browser without scripts: the delegation from a spreadsheet, changes of it."""

import concurrent.futures
import copy
import csv
import io
import json
import re
import zipfile

from desk_browser import Browser, Page
from service import Programme, ServiceTest, load_definition, main, people_of, post_answers

GOOD = "Namn\tE-post\tOrganisation\tSektor\nÅsa Öberg\tasa@example.org\tRegion Nord\tPolitik\n" \
       "Ture Ek\tture@example.org\tEk AB\tNäringsliv\n"
BAD = GOOD.replace("Näringsliv", "Sport").replace("asa@example.org", "asa")


def multipart(fields, files=()):
    boundary = "----deskPeopleTest"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value.encode() + b"\r\n"
             for name, value in fields]
    parts += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
              "Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
              for name, file, content in files]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def workbook(rows):
    main_namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
                    for row in rows)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main_namespace}" xmlns:r="{relations}"><sheets>'
                         '<sheet name="Lista" sheetId="1" r:id="r1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/>'
                         "</Relationships>")
        archive.writestr("xl/worksheets/a.xml", f'<worksheet xmlns="{main_namespace}"><sheetData>{cells}</sheetData>'
                         "</worksheet>")
    return made.getvalue()


class DeskPeopleTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Desk of people")
        cls.account = cls.programme.operator.made(
            "POST", f"/v1/programmes/{cls.programme.id}/accounts",
            {"email": "lead@example.org", "name": "Leader", "role": "organiser", "language": "en"})
        cls.analyst = cls.programme.operator.made(
            "POST", f"/v1/programmes/{cls.programme.id}/accounts",
            {"email": "analyst@example.org", "name": "Analyst", "role": "analyst", "language": "en"})
        cls.instrument = cls.programme.publish(load_definition("post"))

    def setUp(self):
        self.browser = self.signed_in()
        self.study = self.programme.study("Trip of " + self.id())
        self.path = f"/desk/studies/{self.study.id}/delegation"

    sessions = {}  # cookies by account: nobody gets more than a few links in a quarter of an hour

    def signed_in(self, account=None, language="en"):
        account = (account or self.account)["id"]
        if account not in self.sessions:
            first = Browser(self.service)
            first.sign_in(self.programme, account)
            self.sessions[account] = first.cookies
        browser = Browser(self.service, language)
        browser.cookies = {**self.sessions[account], "debriefd_language": language}
        return browser

    def upload(self, go="check", text="", file=None, browser=None, **changes):
        """Sends the form of the page that is shown."""
        browser = browser or self.browser
        fields = {"csrf": dict(browser.form("/import").fields)["csrf"], "text": text, "go": go, **changes}
        body, content_type = multipart(fields.items(), [("file", "list.xlsx", file)] if file is not None else [])
        page = browser.request("POST", self.path + "/import", body, Content_Type=content_type,
                               Sec_Fetch_Site="same-origin")
        return browser.get(page.headers["Location"]) if page.status == 303 else page

    def names(self):
        return sorted(row[0] for row in self.service.sql(
            f"SELECT p.name FROM identity.person p JOIN debrief.delegate d USING (programme_id, person_id) "
            f"WHERE d.study_id = '{self.study.id}' AND d.valid_until = 'infinity'"))

    def test_paste_check_and_import(self):
        self.assertIn("Nobody is in the delegation yet", self.browser.get(self.path).words)
        self.browser.get(self.path + "/import")
        page = self.upload(text=GOOD)
        self.assertEqual(page.status, 200)
        self.assertIn("2 people were found. Nothing is imported yet.", page.words)
        self.assertEqual(self.names(), [])
        # What was shown is what is sent on.
        shown = dict(self.browser.form("/import").fields)["text"]
        page = self.upload("import", shown)
        self.assertIn("The delegation is in: 2 new, 0 changed, 0 as before.", page.words)
        self.assertEqual(self.names(), ["Ture Ek", "Åsa Öberg"])
        self.assertRegex(page.words, r"Åsa Öberg Region Nord Politics")
        self.browser.get(self.path + "/import")
        self.assertIn("0 new, 0 changed, 2 as before", self.upload("import", shown).words)

    def test_faults_are_told_together_and_nothing_is_lost(self):
        self.browser.get(self.path + "/import")
        for go in ("check", "import"):
            page = self.upload(go, BAD)
            self.assertEqual(page.status, 422)
            self.assertIn("Row 2, E-mail: “asa” is not an e-mail address.", page.words)
            self.assertIn("Row 3, Sector: “Sport” is not one of the sectors.", page.words)
            self.assertEqual(dict(self.browser.form("/import").fields)["text"], BAD)
            self.assertNotIn('value="import"', page.text)
        self.assertEqual(self.names(), [])

    def test_workbook(self):
        self.browser.get(self.path + "/import")
        page = self.upload(file=workbook([line.split("\t") for line in GOOD.splitlines()]))
        self.assertIn("2 people were found", page.words)
        page = self.upload("import", dict(self.browser.form("/import").fields)["text"])
        self.assertIn("2 new", page.words)
        self.browser.get(self.path + "/import")
        page = self.upload(file=workbook([["Namn"]]), sheet="Nej")
        self.assertIn("no sheet of that name", page.words)
        page = self.upload(file=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
        self.assertEqual(page.status, 422)
        self.assertIn("old format", page.words)

    def test_in_swedish(self):
        browser = self.signed_in(language="sv")
        browser.get(self.path + "/import")
        page = self.upload(text=BAD, browser=browser)
        self.assertIn("Rad 2, E-post: ”asa” är ingen e-postadress.", page.words)
        page = browser.get("/desk/delegation.csv")
        self.assertEqual(page.body.decode("utf-8-sig"), "Namn;E-post;Organisation;Sektor;Roll;Kommun;Språk\r\n")

    def test_markup_stays_text(self):
        self.browser.get(self.path + "/import")
        evil = GOOD.replace("Ek AB", "</textarea><script>alert(1)</script>")
        page = self.upload(text=evil)
        self.assertNotIn("<script>alert", page.text)
        self.assertEqual(dict(self.browser.form("/import").fields)["text"], evil)
        self.assertNotIn("<script>alert", self.upload("import", evil).text)

    def test_forgery_is_refused(self):
        for changes in ({"csrf": "x"}, {"csrf": ""}):
            self.browser.get(self.path + "/import")
            self.assertEqual(self.upload("import", GOOD, **changes).status, 403)
        good = dict(self.browser.get(self.path + "/import").document.forms[-1].fields)["csrf"]
        body, content_type = multipart([("csrf", good), ("text", GOOD), ("go", "import")])
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Content_Type": "text/plain"}):
            sent = {"Content_Type": content_type, "Sec_Fetch_Site": "same-origin", **headers}
            self.assertEqual(self.browser.request("POST", self.path + "/import", body, **sent).status, 403)
        self.assertEqual(self.names(), [])
        analyst = self.signed_in(self.analyst)
        for path in (self.path, self.path + "/import", "/desk/delegation.csv"):
            self.assertEqual(analyst.get(path).status, 403)

    def participant(self, name):
        return self.service.sql(
            f"SELECT d.participant_id FROM identity.person p JOIN debrief.delegate d USING (programme_id, person_id) "
            f"WHERE d.study_id = '{self.study.id}' AND d.valid_until = 'infinity' AND p.name = '{name}'")[0][0]

    def test_changes_of_one(self):
        self.study.import_delegates(people_of("politics", "business"))
        one = self.participant("Person p0")
        page = self.browser.get(f"{self.path}/{one}")
        self.assertIn("Person p0", page.words)
        page = self.browser.send("/" + one, sector="state", travelled=None, organisation="A <b>")
        self.assertIn("It is saved.", page.words)
        self.assertEqual(self.service.sql(
            f"SELECT sector, travelled, organisation FROM debrief.delegate WHERE participant_id = '{one}' "
            "ORDER BY valid_from"), [["politics", "t", "Organisation 0"], ["state", "f", "A <b>"]])
        self.assertIn("Did not travel", self.browser.get(self.path).words)
        self.browser.get(f"{self.path}/{one}")
        page = self.browser.send("/" + one, organisation="", role="Chair", travelled="1", is_staff="1", sector="business")
        self.assertEqual((page.status, page.faults), (422, {"organisation": "The organisation is missing."}))
        given = dict(self.browser.form("/" + one).fields)
        self.assertEqual([given[name] for name in ("role", "travelled", "is_staff", "sector")], ["Chair", "1", "1", "business"])
        page = self.browser.send("/person", name="Person q0", email="Q0@example.org", language="en")
        self.assertIn("It is saved.", page.words)
        self.assertEqual(self.service.sql(
            f"SELECT name, email, language, reference FROM identity.person WHERE programme_id = '{self.programme.id}' "
            "AND reference = 'q0@example.org'"), [["Person q0", "Q0@example.org", "en", "q0@example.org"]])
        page = self.browser.send("/person", name="Person r0", email="p1@example.org")
        self.assertEqual((page.status, page.faults), (422, {"email": "Somebody else has this e-mail address."}))
        self.assertEqual(dict(self.browser.form("/person").fields)["name"], "Person r0")
        self.assertIn("not an e-mail address", self.browser.send("/person", email="p1").faults["email"])
        self.assertEqual(self.browser.get(f"{self.path}/{self.study.id}").status, 404)
        log = self.service.sql(f"SELECT record FROM debrief.audit_record WHERE programme_id = '{self.programme.id}'")
        self.assertIn("delegation.named", str(log))
        self.assertNotIn("q0@example.org", str(log))

    def test_one_more(self):
        self.study.import_delegates(people_of("politics"))
        self.browser.get(self.path)
        page = self.browser.send("/new", name='Late "L" Comer', email="late@example.org", organisation="O; P", sector="state")
        self.assertIn("1 new", page.words)
        self.assertEqual(self.names(), ['Late "L" Comer', "Person p0"])
        page = self.browser.send("/new", name="No Address", email="x", organisation="O")
        self.assertEqual((page.status, page.faults), (422, {"email": "“x” is not an e-mail address."}))
        given = dict(self.browser.form("/new").fields)
        self.assertEqual((given["name"], given["organisation"]), ("No Address", "O"))
        self.assertEqual(self.browser.send("/new", name="", email="no@example.org").faults, {"name": "This is needed."})

    def test_one_more_takes_nobodys_place(self):
        self.study.import_delegates(people_of("politics", "state", prefix="place"))
        other = self.programme.study("Elsewhere")
        other.import_delegates([("Known Person", "known@example.org", "state", "O")])
        before = self.names()
        self.browser.get(self.path)
        for name, email, said in (("Nils Nilsson", "PLACE0@example.org", "Somebody else has this e-mail address."),
                                  ("person PLACE0", "place0@example.org", "This person is in the delegation already."),
                                  ("Nils Nilsson", "known@example.org", "Somebody else has this e-mail address.")):
            page = self.browser.send("/new", name=name, email=email, organisation="O", sector="state")
            self.assertEqual((page.status, page.faults), (422, {"email": said}), name)
            self.assertEqual(self.names(), before)
        page = self.browser.send("/new", name="Known Person", email="known@example.org", organisation="O", sector="state")
        self.assertIn("1 new", page.words)

    def test_eight_at_one_address_at_once(self):
        self.study.import_delegates(people_of("politics", prefix="once"))
        self.browser.get(self.path)

        def add(place):
            return copy.copy(self.browser).send("/new", name=f"Twin {place}", email="twin@example.org", organisation="O",
                                                sector="state").status
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(sorted(pool.map(add, range(8))), [200] + [422] * 7)
        self.assertEqual(len(self.names()), 2)

    def person(self, name):
        return self.service.sql(f"SELECT person_id FROM identity.person WHERE programme_id = '{self.programme.id}' "
                                f"AND name = '{name}'")[0][0]

    def test_people_are_found(self):
        self.study.import_delegates(people_of("politics", "state", prefix="findable"))
        page = self.browser.get("/desk/people?name=FINDABLE1")
        self.assertIn("Person findable1", page.words)
        self.assertNotIn("Person findable0", page.words)
        self.assertIn("Nobody was found", self.browser.get("/desk/people?name=%3Cscript%3E").words)
        page = self.browser.get("/desk/people?name=findable&limit=1")
        more = next(link for link in page.document.links if "after=" in link)
        self.assertIn("Person findable1", self.browser.get(more).words)
        page = self.browser.get("/desk/people/" + self.person("Person findable0"))
        self.assertIn("findable0@example.org", page.words)
        self.assertIn(f"{self.path}/{self.participant('Person findable0')}", page.document.links)

    def test_everything_held_is_handed_over(self):
        self.study.import_delegates(people_of("politics", prefix="held"))
        path = "/desk/people/" + self.person("Person held0")
        table = self.browser.get(path + "/export.csv")
        self.assertEqual(table.headers["Content-Disposition"], 'attachment; filename="person.csv"')
        rows = list(csv.reader(io.StringIO(table.body.decode("utf-8-sig"))))
        self.assertEqual(rows[0], ["area", "study", "wave", "record", "item", "question", "value", "at"])
        self.assertIn("held0@example.org", [row[6] for row in rows])
        told = self.browser.get(path + "/export.json").json
        # Having been fetched once is held, too.
        self.assertEqual(len(told["rows"]), len(rows))
        self.assertIn("person.exported", str(self.service.sql(
            f"SELECT record FROM debrief.audit_record WHERE programme_id = '{self.programme.id}'")))
        self.assertEqual(self.signed_in(self.analyst).get(path + "/export.csv").status, 403)

    def test_erasing_asks_for_the_name(self):
        self.study.import_delegates(people_of("politics", "state", prefix="gone"))
        path = f"/desk/people/{self.person('Person gone0')}/erase"
        page = self.browser.get(path)
        self.assertIn("Nothing is erased yet", page.words)
        self.assertRegex(page.words, r"Name and address 1\b")
        self.assertIn("another one", self.browser.send("/erase", reason="asked for", name="Person gone").words)
        page = self.browser.send("/erase", reason="", name="Person gone0")
        self.assertEqual((page.status, page.faults), (422, {"reason": "Say why, in a few words."}))
        self.assertEqual(dict(self.browser.form("/erase").fields)["name"], "Person gone0")
        self.assertEqual(self.names(), ["Person gone0", "Person gone1"])
        page = self.browser.send("/erase", reason="asked for", name="Person gone0")
        self.assertIn("The person is erased", page.words)
        self.assertEqual(self.names(), ["Person gone1"])
        self.assertEqual(self.browser.get(path).status, 404)

    def test_retention(self):
        self.browser.get("/desk/retention")
        page = self.browser.send("/retention", months="24")
        self.assertIn("It is saved", page.words)
        self.assertEqual(dict(self.browser.form("/retention").fields)["months"], "24")
        self.browser.send("/retention", months="")
        self.assertEqual(self.service.sql(
            f"SELECT retention_months IS NULL FROM debrief.programme WHERE programme_id = '{self.programme.id}'"), [["t"]])

    def test_consent(self):
        wave = self.study.wave("post", *self.instrument)
        path = f"/desk/studies/{self.study.id}/waves/{wave.id}/consent"
        self.browser.get(path)
        self.assertIn("It is saved", self.browser.send("/consent", sv="Läs <b>detta</b>.", en="Read this.").words)
        self.assertEqual(dict(self.browser.form("/consent").fields)["sv"], "Läs <b>detta</b>.")
        page = self.browser.send("/consent", sv="Bara svenska.", en="")
        self.assertEqual((page.status, page.faults), (422, {"en": "Write it in both languages."}))
        self.assertEqual(dict(self.browser.form("/consent").fields)["sv"], "Bara svenska.")
        page = self.browser.send("/consent", sv="å" * 4001, en="Read this.")
        self.assertEqual(page.faults, {"sv": "That is longer than 4000 characters."})
        self.assertEqual(dict(self.browser.form("/consent").fields)["sv"], "å" * 4001)
        self.assertIn("It is saved", self.browser.send("/consent", sv="å" * 4000).words)
        self.browser.send("/consent", button="default")
        self.assertTrue(self.programme.organiser.made("GET", wave.path + "/consent")["is_default"])

    def test_jobs_and_trail(self):
        page = self.browser.get("/desk/jobs")
        job = self.study.job("verify")
        self.assertIn("Compute everything again and compare", page.words)
        self.assertIn("runs as soon as", self.browser.send(job["id"] + "/run").words)
        self.assertEqual(self.browser.get("/desk/jobs/" + job["id"]).status, 200)
        page = self.browser.get("/desk/audit?limit=3")
        self.assertIn("The trail is whole", page.words)
        self.assertIn("Leader", page.words)
        older = next(link for link in page.document.links if "before=" in link)
        self.assertEqual(self.browser.get(older).status, 200)

    def stored(self, wave):
        return self.service.sql(f"SELECT proxy, answered, language FROM debrief.evaluation WHERE wave_id = '{wave.id}'")

    def test_answers_on_paper(self):
        self.study.import_delegates(people_of("politics", "business", prefix="paper"))
        wave = self.study.wave("post", *self.instrument)
        one = self.participant("Person paper0")
        path = f"{self.path}/{one}/waves/{wave.id}"
        self.assertIn(path, self.browser.get(f"{self.path}/{one}").document.links)
        page = self.browser.get(path)
        self.assertIn("You enter the answers of Person paper0", page.words)
        answers = {f"q.{item}": str(value) for item, value in post_answers().items() if item != "HOST_MADE"}
        page = self.browser.send("/" + wave.id, **{**answers, "q.HOST_MADE": "many"})
        self.assertEqual(page.status, 422)
        self.assertIn("Nothing is entered yet", page.words)
        self.assertIn('value="many"', page.text)
        self.assertEqual(self.stored(wave), [])
        form = self.browser.form("/" + wave.id)
        page = self.browser.send("/" + wave.id, **{**answers, "q.HOST_MADE": "12"})
        self.assertIn("The answers are entered", page.words)
        self.assertEqual(len(self.stored(wave)), 1)
        self.assertEqual(self.stored(wave)[0][0], "t")
        # The same page sent again enters nothing more; another one is told that there is an answer.
        fields = [(name, value) for name, value in form.fields if name in ("csrf", "evaluation")]
        fields += [*answers.items(), ("q.HOST_MADE", "12")]
        self.assertIn("The answers are entered", self.browser.post(path, fields).words)
        self.browser.get(path)
        page = self.browser.send("/" + wave.id, **answers, **{"q.HOST_MADE": "7"})
        self.assertEqual(page.status, 422)
        self.assertIn("There is an answer already", page.document.notices[1])
        self.assertIn('value="7"', page.text)
        self.assertEqual(len(self.stored(wave)), 1)
        self.assertIn("evaluation.entered", str(self.service.sql(
            f"SELECT record FROM debrief.audit_record WHERE programme_id = '{self.programme.id}'")))
        self.assertEqual(self.browser.get(f"{self.path}/{wave.id}/waves/{wave.id}").status, 404)
        self.assertEqual(self.signed_in(self.analyst).get(path).status, 403)

    def test_preview_sends_nothing(self):
        self.study.import_delegates(people_of("politics", "business", prefix="seen"))
        wave = self.study.wave("pre", *self.programme.publish(load_definition("pre")))
        page = self.browser.get(f"/desk/studies/{self.study.id}/waves/{wave.id}/preview")
        self.assertEqual(page.status, 200)
        self.assertIn("Nothing can be sent from here", page.text)
        self.assertIn("Person seen1", page.text)
        self.assertNotIn("<form", page.text)
        other = self.programme.study("Another")
        self.assertEqual(self.browser.get(f"/desk/studies/{other.id}/waves/{wave.id}/preview").status, 404)

    def test_commitments(self):
        post = self.study.wave("post", *self.instrument)
        self.study.import_delegates(people_of(*["politics"] * 4, *["business"] * 4, prefix="promise"))
        tokens = list(post.invite().values())
        path = f"/desk/studies/{self.study.id}/commitments"
        self.assertIn("Nobody has agreed to be named yet", self.browser.get(path).words)
        for i, token in enumerate(tokens):
            made = {"text": f"Thing {i}", "level": "organisation" if i == 1 else "individual", "due": "2027-03"}
            post.submit_good(token, post_answers(COMMIT=[made | ({"named": True} if i == 0 else {})]))
        page = self.browser.get(path)
        self.assertIn("Thing 0", page.words)
        self.assertIn("They are counted when a questionnaire is closed", page.words)
        for i in range(1, 8):
            self.assertNotIn(f"Thing {i}", page.words)
        post.close()
        page = self.browser.get(path)
        self.assertIn("7 commitments of the closed questionnaires", page.words)
        self.assertIn("Not asked yet 7", page.words)
        self.assertIn("2027-03 7", page.words)
        # One of them is by an organisation: with so few, nothing is said of that.
        self.assertRegex(page.words, r"By whom Too few people each to be told apart\.")
        self.assertNotIn("Thing 1", page.words)
        follow = self.study.wave("fu", *self.programme.publish(load_definition("fu")))
        for i, token in enumerate(follow.invite().values()):
            follow.submit_good(token, {"COMMIT_STATUS": {"1": "completed" if i != 1 else "withdrawn"}})
        self.assertRegex(self.browser.get(path).words, r"Thing 0 .* (Done|Given up)")
        self.assertIn("Not asked yet 7", self.browser.page.words)
        follow.close()
        self.assertNotIn("Not asked yet", self.browser.get(path).words)
        self.assertEqual(self.signed_in(self.analyst).get(path).status, 403)

    def test_texts_of_a_questionnaire(self):
        definition = json.loads(load_definition("post"))
        definition["id"] = "texts-test"
        name, version = self.programme.publish(definition)
        path = f"/desk/instruments/{name}"
        self.assertIn(f"{path}/1", self.browser.get("/desk/instruments").document.links)
        page = self.browser.get(f"{path}/1")
        self.assertIn("stays as it is", page.words)
        fields = dict(self.browser.form(f"{name}/1").fields)
        self.assertEqual(fields["t.0.en"], definition["title"]["en"])
        page = self.browser.send(f"{name}/1", **{"t.0.en": "Other <words>", "t.0.sv": "Andra ord"})
        self.assertIn("The texts are saved in this draft", page.words)
        self.assertTrue(self.browser.path.endswith("/2"))
        get = self.programme.organiser.made
        stored = get("GET", f"/v1/instruments/{name}/versions/2")
        self.assertEqual(stored["status"], "draft")
        self.assertEqual(stored["definition"], {**definition, "title": {"sv": "Andra ord", "en": "Other <words>"}})
        self.assertEqual(get("GET", f"/v1/instruments/{name}/versions/1")["definition"], definition)
        preview = self.browser.get(f"{path}/2/preview").text
        self.assertIn("Other &lt;words&gt;", preview)
        self.assertNotIn("<form", preview)
        self.browser.get(f"{path}/1")
        self.assertIn("newer version", self.browser.send(f"{name}/1", **{"t.0.en": "Older"}).words)
        self.assertEqual(dict(self.browser.form(f"{name}/1").fields)["t.0.en"], "Older")
        self.browser.get(f"{path}/2")
        page = self.browser.send(f"{name}/2", **{"t.0.en": "", "t.0.sv": "Kept"})
        self.assertEqual((page.status, page.faults), (422, {"t.0.en": "A text of 1 to 4000 characters is needed here."}))
        self.assertEqual(dict(self.browser.form(f"{name}/2").fields)["t.0.sv"], "Kept")
        self.assertIn("is published", self.browser.send(f"{name}/2/publish").words)
        self.assertNotIn("Publish it", self.browser.page.words)
        self.assertEqual(self.browser.get(f"{path}/9").status, 404)
        self.assertEqual(self.signed_in(self.analyst).get(f"{path}/1").status, 403)

    def test_counting_together(self):
        def counted(**given):
            values = [{"who": f"{value}{i}", "value": value} for value, n in given.items() for i in range(n)]
            return json.loads(self.service.sql(
                f"SELECT coalesce(logic.counted_together('{json.dumps(values)}')::text, 'null')")[0][0])
        self.assertIsNone(counted(a=4))
        self.assertEqual(counted(a=5), [{"value": "a", "n": 5}])
        self.assertEqual(counted(a=5, b=4), [])
        self.assertEqual(counted(a=5, b=4, c=1), [{"value": "a", "n": 5}, {"value": None, "n": 5}])
        self.assertEqual(counted(a=1, b=1, c=1, d=1, e=1), [{"value": None, "n": 5}])
        # Many things of one person are one person.
        values = [{"who": "x", "value": "a"}] * 9
        self.assertEqual(self.service.sql(f"SELECT logic.counted_together('{json.dumps(values)}') IS NULL"), [["t"]])

    def test_another_programme_sees_nothing(self):
        other = Programme(self.service, "Other " + self.id())
        theirs = other.study("Theirs")
        theirs.import_delegates(people_of("politics", prefix="their"))
        page = self.browser.get(f"/desk/studies/{theirs.id}/delegation")
        self.assertEqual(page.status, 404)
        self.assertNotIn("their", page.text.lower().replace("their spreadsheet", ""))
        page = self.browser.get(f"/desk/studies/{theirs.id}/delegation/import")
        self.assertEqual(page.status, 404)
        self.browser.get(self.path + "/import")
        body, content_type = multipart([("csrf", dict(self.browser.form("/import").fields)["csrf"]), ("text", GOOD),
                                        ("go", "import")])
        page = self.browser.request("POST", f"/desk/studies/{theirs.id}/delegation/import", body,
                                    Content_Type=content_type)
        self.assertIsInstance(page, Page)
        self.assertEqual(len(theirs.delegates()), 1)
        self.assertIsNone(re.search("their0", page.text))


if __name__ == "__main__":
    main()
