"""The desk as an organiser's browser without scripts sees it: who gets in, and what can be done there."""

import datetime
import re
import zoneinfo

from desk_browser import Browser
from service import (Client, Programme, ServiceTest, await_true, delegation_csv, load_definition, main, new_id, people_of,
                     post_answers)
from smtp_receiver import Receiver

COOKIE = "__Host-debriefd_desk"
HOSTILE = "<script>alert(1)</script>\"'&lt;b>"


def make_account(programme, email, role="organiser", **given):
    body = {"email": email, "name": email.split("@", maxsplit=1)[0], "role": role, "language": "en", **given}
    return programme.operator.made("POST", f"/v1/programmes/{programme.id}/accounts", body)["id"]


def revoke(programme, account):
    programme.operator.made("DELETE", f"/v1/programmes/{programme.id}/accounts/{account}")


class DeskTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Benchmarking Regions")
        cls.account = make_account(cls.programme, "anna@example.org")

    def browser(self, account=None, programme=None, language="en"):
        browser = Browser(self.service, language)
        page = browser.sign_in(programme or self.programme, account or self.account)
        self.assertEqual(page.status, 200, page)
        return browser

    def link(self, account=None):
        path = f"/v1/programmes/{self.programme.id}/accounts/{account or self.account}:sign-in"
        return self.service.operator.made("POST", path)["link"].removeprefix("https://answers.example.org")

    def audited(self, action):
        return self.service.sql("SELECT count(*) FROM debrief.audit_record WHERE record::jsonb ->> 'action' = "
                                f"'{action}'")[0][0]


class SigningIn(DeskTest):
    def test_nobody_enters_without_a_session(self):
        stranger = Browser(self.service)
        for path in ("/desk", "/desk/new", "/desk/account", f"/desk/studies/{new_id()}"):
            page = stranger.request("GET", path)
            self.assertEqual((page.status, page.headers["Location"]), (303, "/desk/sign-in"), path)
        page = stranger.post("/desk/new", [("name", "x")], follow=False)
        self.assertEqual((page.status, page.headers["Location"]), (303, "/desk/sign-in"))
        for cookie in ("ds_x", "", "di_" + "A" * 64, self.programme.organiser.credential):
            stranger.cookies[COOKIE] = cookie
            self.assertEqual(stranger.request("GET", "/desk").status, 303, cookie)

    def test_the_cookie_is_of_this_host_alone(self):
        browser = Browser(self.service)
        browser.get(self.link())
        path = browser.path
        page = browser.send(path, follow=False)
        self.assertEqual((page.status, page.headers["Location"]), (303, "/desk"))
        cookie = next(line for line in page.headers.get_all("Set-Cookie") if line.startswith(COOKIE + "=ds_"))
        for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            self.assertIn(word, cookie)
        self.assertNotIn("Domain", cookie)

    def test_a_link_works_once_and_reading_it_uses_nothing_up(self):
        link = self.link()
        for _ in range(3):
            self.assertEqual(Browser(self.service).get(link).status, 200)
        browser = Browser(self.service)
        browser.get(link)
        form = browser.form(link)
        self.assertEqual(browser.send(link).title, "Studies")
        late = Browser(self.service)
        late.get(link)
        self.assertEqual(late.send(link).status, 410)
        self.assertNotIn(COOKIE, late.cookies)
        self.assertEqual(form.action, link)

    def test_an_old_link_and_a_forged_one_do_not_work(self):
        link = self.link()
        self.service.sql("UPDATE debrief.sign_in SET expires_at = now() - interval '1 second'")
        browser = Browser(self.service)
        browser.get(link)
        self.assertEqual(browser.send(link).status, 410)
        flipped = link[:-1] + ("A" if link[-1] != "A" else "B")
        self.assertEqual(browser.get(flipped).status, 410)
        self.assertEqual(browser.get("/desk/sign-in/x").status, 410)

    def test_another_site_cannot_sign_a_browser_in(self):
        link = self.link()
        self.assertEqual(Browser(self.service).post(link, []).status, 403)
        attacker = Browser(self.service)
        attacker.get(link)
        fields = attacker.form(link).fields
        victim = Browser(self.service)
        victim.get("/desk/sign-in")
        self.assertEqual(victim.post(link, fields).status, 403)
        self.assertEqual(attacker.post(link, fields, Sec_Fetch_Site="cross-site").status, 403)
        attacker.get(link)
        self.assertEqual(attacker.send(link).title, "Studies")

    def test_the_answer_is_the_same_for_every_address(self):
        pages = set()
        for address in ("anna@example.org", "nobody@example.org", "", "x" * 300, "a'b@example.org"):
            browser = Browser(self.service)
            browser.get("/desk/sign-in")
            page = browser.send("/desk/sign-in", email=address)
            pages.add((page.status, page.text))
        self.assertEqual(len(pages), 1)
        self.assertEqual(next(iter(pages))[0], 200)
        await_true(lambda: self.service.sql("SELECT count(*) > 0 FROM debrief.sign_in i JOIN identity.account a "
                                            "USING (account_id) WHERE a.email = 'anna@example.org'") == [["t"]],
                   "a link for the known address")

    def test_signing_out_ends_this_session_or_all(self):
        first, second, third = self.browser(), self.browser(), self.browser()
        kept = dict(first.cookies)
        first.get("/desk/account")
        first.send("/desk/sign-out")
        self.assertNotIn(COOKIE, first.cookies)
        first.cookies = kept
        self.assertEqual(first.request("GET", "/desk").status, 303)
        self.assertEqual(second.get("/desk").title, "Studies")
        second.get("/desk/account")
        second.send("/desk/sign-out", button="1")
        await_true(lambda: third.request("GET", "/desk").status == 303, "the other session to end")

    def test_signing_in_again_ends_the_session_before(self):
        browser = self.browser()
        old = browser.cookies[COOKIE]
        browser.sign_in(self.programme, self.account)
        self.assertNotEqual(browser.cookies[COOKIE], old)
        browser.cookies[COOKIE] = old
        await_true(lambda: browser.request("GET", "/desk").status == 303, "the old session to be forgotten")

    def test_a_revoked_account_is_out_at_once(self):
        account = make_account(self.programme, "gone@example.org")
        browser = self.browser(account)
        self.assertEqual(browser.get("/desk").status, 200)
        link = self.link(account)
        revoke(self.programme, account)
        await_true(lambda: browser.request("GET", "/desk").status == 303, "the session to end", patience=4)
        other = Browser(self.service)
        other.get(link)
        self.assertEqual(other.send(link).status, 410)
        path = f"/v1/programmes/{self.programme.id}/accounts/{account}:sign-in"
        self.assertEqual(self.service.operator.call("POST", path).status, 404)

    def test_a_session_is_no_api_key(self):
        browser = self.browser()
        self.assertEqual(Client(self.service, browser.cookies[COOKIE]).get("/v1/studies").status, 401)

    def test_no_secret_and_no_name_is_stored_or_logged(self):
        browser = self.browser()
        secret = browser.cookies[COOKIE]
        self.assertNotIn(secret[10:], self.service.log())
        self.assertEqual(self.service.sql("SELECT count(*) FROM debrief.audit_record WHERE record LIKE '%anna%'"),
                         [["0"]])
        self.assertNotIn("anna@example.org", self.service.log())


class Flooding(DeskTest):
    def test_nobody_floods_a_mailbox_or_the_service(self):
        account = make_account(self.programme, "many@example.org")
        browser = Browser(self.service)
        statuses = []
        for _ in range(14):
            browser.get("/desk/sign-in")
            statuses.append(browser.send("/desk/sign-in", email="many@example.org").status)
        self.assertEqual(statuses[0], 200)
        self.assertEqual(statuses[-1], 429)
        count = f"SELECT count(*) FROM debrief.sign_in WHERE account_id = '{account}'"
        await_true(lambda: self.service.sql(count) == [["3"]], "three links")
        self.assertTrue(self.link(account))


class Expiry(DeskTest):
    settings = {"desk_idle": "2s", "desk_lifetime": "1h"}

    def test_a_session_that_rests_ends(self):
        browser = self.browser()
        self.assertEqual(browser.get("/desk").title, "Studies")
        self.service.sql("UPDATE debrief.session SET seen_at = now() - interval '3 seconds'")
        await_true(lambda: browser.request("GET", "/desk").status == 303, "the session to end")

    def test_a_session_ends_however_busy(self):
        browser = self.browser()
        self.service.sql("UPDATE debrief.session SET expires_at = now()")
        await_true(lambda: browser.request("GET", "/desk").status == 303, "the session to end")


class Roles(DeskTest):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.study = cls.programme.study("Helsinki 2010")
        cls.study.import_delegates(people_of(*["politics"] * 6))
        cls.wave = cls.study.wave("post", *cls.programme.publish(load_definition("post")))

    def test_a_coder_has_no_desk(self):
        account = make_account(self.programme, "coder@example.org", "coder")
        browser = Browser(self.service)
        self.assertEqual(browser.sign_in(self.programme, account).status, 403)
        self.assertEqual(browser.get(f"/desk/studies/{self.study.id}").status, 403)

    def test_an_analyst_looks_and_changes_nothing(self):
        browser = self.browser(make_account(self.programme, "analyst@example.org", "analyst"))
        wave = f"/desk/studies/{self.study.id}/waves/{self.wave.id}"
        for path in ("/desk", f"/desk/studies/{self.study.id}", wave):
            page = browser.get(path)
            self.assertEqual(page.status, 200, path)
            self.assertEqual(page.document.forms, [], path)
        self.assertEqual(browser.get("/desk/new").status, 403)
        browser.get("/desk/account")
        token = dict(browser.form("/desk/sign-out").fields)["csrf"]
        for path in (wave + "/close", wave + "/open", "/desk/new"):
            self.assertEqual(browser.post(path, [("csrf", token)]).status, 403, path)

    def test_an_organiser_hands_out_accounts_of_coders_only(self):
        path = f"/v1/programmes/{self.programme.id}/accounts"
        body = {"email": "new@example.org", "name": "New", "role": "coder"}
        self.assertEqual(self.programme.organiser.call("POST", path, body).status, 201)
        self.assertEqual(self.programme.organiser.call("POST", path, body).status, 200)
        self.assertEqual(self.programme.organiser.call("POST", path, {**body, "name": "Another"}).status, 409)
        for role in ("organiser", "analyst"):
            refused = self.programme.organiser.call("POST", path, {**body, "role": role, "email": "b@example.org"})
            self.assertEqual(refused.status, 403)
        self.assertEqual(self.programme.organiser.call("POST", path, {**body, "email": "no address"}).status, 422)
        made = self.programme.organiser.made("GET", path)["accounts"]
        account = next(one for one in made if one["email"] == "new@example.org")
        self.assertEqual(self.programme.organiser.call("POST", f"{path}/{account['id']}:sign-in").status, 403)
        for client in (self.programme.analyst, self.programme.coder, self.programme.dashboard):
            self.assertEqual(client.get(path).status, 403)

    def test_a_programme_is_foreign_to_another(self):
        other = Programme(self.service, "Another")
        browser = self.browser(make_account(other, "anna@example.org"), other)
        self.assertNotIn("Helsinki", browser.get("/desk").text)
        wave = f"/desk/studies/{self.study.id}/waves/{self.wave.id}"
        for path in (f"/desk/studies/{self.study.id}", f"/desk/studies/{self.study.id}/rates", wave, wave + "/close"):
            self.assertEqual(browser.get(path).status, 404, path)
        browser.get("/desk/account")
        token = dict(browser.form("/desk/sign-out").fields)["csrf"]
        browser.post(wave + "/close", [("csrf", token)])
        self.assertEqual(self.wave.state()["state"], "open")
        path = f"/v1/programmes/{self.programme.id}/accounts"
        self.assertEqual(other.organiser.get(path).status, 404)


class Studies(DeskTest):
    def make(self, browser, **changes):
        """A trip through both steps; the page that follows."""
        browser.get("/desk/new")
        page = browser.send("/desk/new", button="dates", name="Dublin 2007", starts_on="2030-05-02",
                            ends_on="2030-05-05", destinations="Dublin, Ireland", **changes)
        self.assertEqual(page.status, 200, page.words)
        return browser.send("/desk/new", button="create")

    def test_a_trip_in_two_steps(self):
        programme = Programme(self.service, "Fresh")
        browser = self.browser(make_account(programme, "new@example.org"), programme)
        self.assertIn("There is no study here yet", browser.page.words)
        page = self.make(browser)
        self.assertEqual(page.title, "Dublin 2007")
        self.assertEqual(page.document.notices, ["The trip is made. Next comes the delegation."])
        self.assertIn("Bring in the delegation", page.words)
        study = programme.organiser.made("GET", "/v1/studies")["studies"][0]
        self.assertEqual((study["starts_on"], study["ends_on"], study["destinations"], study["anonymity"]),
                         ("2030-05-02", "2030-05-05", [{"name": "Dublin", "country": "Ireland"}], "pseudonymous"))
        waves = programme.organiser.made("GET", f"/v1/studies/{study['id']}/waves")["waves"]
        self.assertEqual([wave["kind"] for wave in waves], ["pre", "post", "fu"])
        # 14 days before, at eight in Stockholm, where it is summer; half a year later it is winter.
        self.assertEqual([wave["opens_at"] for wave in waves],
                         ["2030-04-18T06:00:00.000000Z", "2030-05-05T10:00:00.000000Z", "2030-11-03T07:00:00.000000Z"])
        self.assertEqual([wave["instrument"] for wave in waves],
                         ["benchmarking-pre", "benchmarking-post", "benchmarking-fu"])
        self.assertEqual(browser.get(page.headers["Location"] or browser.path).document.notices, [])

    def test_the_newest_published_version_is_used(self):
        programme = Programme(self.service, "Experienced")
        programme.publish(load_definition("post"))
        version = programme.publish(load_definition("post") + b"\n")[1]
        browser = self.browser(make_account(programme, "x@example.org"), programme)
        self.make(browser)
        study = programme.organiser.made("GET", "/v1/studies")["studies"][0]
        waves = programme.organiser.made("GET", f"/v1/studies/{study['id']}/waves")["waves"]
        self.assertEqual({wave["kind"]: wave["version"] for wave in waves}, {"pre": 1, "post": version, "fu": 1})

    def test_faults_stand_beside_their_fields_and_nothing_is_lost(self):
        browser = self.browser()
        browser.get("/desk/new")
        page = browser.send("/desk/new", button="dates", name="", starts_on="2030-05-09", ends_on="2030-05-02",
                            destinations="Oslo, Norway\nBergen", mode="anonymous")
        self.assertEqual(page.status, 422)
        self.assertIn("This is needed.", page.words)
        self.assertIn("The last day is before the first.", page.words)
        fields = dict(browser.form("/desk/new").fields)
        self.assertEqual((fields["destinations"], fields["mode"], fields["starts_on"]),
                         ("Oslo, Norway\nBergen", "anonymous", "2030-05-09"))
        page = browser.send("/desk/new", button="dates", name="Oslo", ends_on="2030-05-12", time_zone="Mars/Base",
                            mode="pseudonymous")
        self.assertEqual(page.status, 200)
        page = browser.send("/desk/new", button="create",
                            **{"post.opens": "2030-05-12T12:00", "post.closes": "2030-05-12T11:00"})
        self.assertEqual(page.status, 422)
        self.assertIn("It would close before it opens.", page.words)
        page = browser.send("/desk/new", button="create", **{"post.closes": "2030-02-31T11:00"})
        self.assertIn("A date and a time are needed", page.words)
        page = browser.send("/desk/new", button="create", **{"post.closes": "2030-05-20T11:00"})
        self.assertEqual(page.status, 422)
        self.assertIn("Write it as a region and a city", page.words)
        page = browser.send("/desk/new", button="dates", time_zone="Europe/Oslo")
        self.assertEqual(dict(browser.form("/desk/new").fields)["post.closes"], "2030-05-20T11:00")
        page = browser.send("/desk/new", button="create")
        self.assertEqual(page.title, "Oslo", page.words)

    def test_an_anonymous_trip_asks_nothing_that_names_people(self):
        programme = Programme(self.service, "Hidden")
        browser = self.browser(make_account(programme, "a@example.org"), programme)
        page = self.make(browser, mode="anonymous")
        self.assertEqual(page.title, "Dublin 2007", page.words)
        self.assertIn("Answers are anonymous", page.words)
        study = programme.organiser.made("GET", "/v1/studies")["studies"][0]
        self.assertEqual(study["anonymity"], "anonymous")
        waves = programme.organiser.made("GET", f"/v1/studies/{study['id']}/waves")["waves"]
        self.assertEqual([wave["instrument"] for wave in waves],
                         [f"benchmarking-{kind}-anonymous" for kind in ("pre", "post", "fu")])
        for wave in waves:
            path = f"/v1/instruments/{wave['instrument']}/versions/1"
            definition = programme.organiser.made("GET", path)["definition"]
            types = {item["type"] for item in definition["items"]}
            self.assertFalse(types & {"roster", "contacts", "commitments", "commitment_status"})
            self.assertGreater(len(definition["items"]), 5)
        page = browser.get(f"/desk/studies/{study['id']}/waves/{waves[0]['id']}/people")
        self.assertIn("no link can be shown", page.words)

    def test_sent_twice_it_is_made_once(self):
        programme = Programme(self.service, "Twice")
        browser = self.browser(make_account(programme, "t@example.org"), programme)
        browser.get("/desk/new")
        browser.send("/desk/new", button="dates", name="Once", starts_on="2030-05-02", ends_on="2030-05-05")
        form = browser.form("/desk/new")
        fields = form.fields + [("go", "create")]
        pages = [browser.post("/desk/new", fields) for _ in range(2)]
        self.assertEqual([page.title for page in pages], ["Once", "Once"])
        self.assertEqual(len(programme.organiser.made("GET", "/v1/studies")["studies"]), 1)

    def test_a_trip_that_is_over_is_asked_about_from_today(self):
        programme = Programme(self.service, "Late")
        browser = self.browser(make_account(programme, "l@example.org"), programme)
        browser.get("/desk/new")
        browser.send("/desk/new", button="dates", name="Seattle 2005", starts_on="2005-09-24", ends_on="2005-09-30")
        fields = dict(browser.form("/desk/new").fields)
        self.assertNotIn("pre.wanted", fields)
        self.assertIn("post.wanted", fields)
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        self.assertEqual(fields["post.opens"][:10], today)

    def test_names_are_shown_as_text(self):
        programme = Programme(self.service, HOSTILE)
        browser = self.browser(make_account(programme, "h@example.org", name=HOSTILE), programme)
        browser.get("/desk/new")
        browser.send("/desk/new", button="dates", name=HOSTILE, starts_on="2030-05-02", ends_on="2030-05-05",
                     destinations=HOSTILE)
        self.assertNotIn("<script>", browser.page.text)
        page = browser.send("/desk/new", button="create")
        self.assertEqual(page.title, HOSTILE)
        for path in (browser.path, "/desk", "/desk/account"):
            self.assertNotIn("<script>alert", browser.get(path).text, path)

    def test_pages_speak_both_languages(self):
        browser = self.browser(make_account(self.programme, "sv@example.org", language="sv"), language="en")
        self.assertEqual(browser.page.title, "Studier")
        self.assertEqual(browser.get("/desk?language=en").title, "Studies")
        self.assertEqual(browser.get("/desk").title, "Studies")

    def test_what_a_browser_may_do_is_bounded(self):
        page = self.browser().get("/desk")
        policy = page.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            self.assertIn(part, policy)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertNotRegex(page.text, re.compile(r"<[^>]*\s(style|on\w+)="))


class Waves(DeskTest):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.post = cls.programme.publish(load_definition("post"))

    def trip(self, *sectors, **given):
        study = self.programme.study("Helsinki 2010", starts_on="2010-01-13", ends_on="2010-01-15")
        study.import_delegates(people_of(*(sectors or ["politics"] * 6)))
        wave = study.wave("post", *self.post, **given)
        return study, wave, f"/desk/studies/{study.id}/waves/{wave.id}"

    def test_open_extend_and_close(self):
        _, wave, path = self.trip(opens_at="2040-01-01T08:00:00Z", closes_at="2040-02-01T08:00:00Z")
        browser = self.browser()
        page = browser.get(path)
        self.assertIn("Opens 1 January 2040 at 09:00. Closes 1 February 2040 at 09:00.", page.words)
        page = browser.send(path + "/open")
        self.assertEqual(page.document.notices[:1], ["The questionnaire is open."])
        self.assertEqual(wave.state()["state"], "open")
        browser.send(path + "/dates", closes_at="2040-07-01T10:30")
        self.assertEqual(wave.state()["closes_at"], "2040-07-01T08:30:00.000000Z")
        page = browser.send(path + "/dates", closes_at="2001-07-01T10:30")
        self.assertEqual((page.status, page.document.notices[:1]), (422, ["It would close before it opens."]))
        self.assertEqual(page.faults, {"closes_at": "It would close before it opens."})
        self.assertEqual(dict(browser.form("/dates").fields)["closes_at"], "2001-07-01T10:30")
        page = browser.send(path + "/dates", closes_at="soon")
        self.assertIn("A date and a time are needed", page.faults["closes_at"])
        self.assertEqual(dict(browser.form("/dates").fields)["closes_at"], "soon")
        browser.send(path + "/dates", closes_at="")
        self.assertIsNone(wave.state()["closes_at"])
        self.assertEqual(browser.get(path + "/close").title, "Close the questionnaire?")
        self.assertEqual(wave.state()["state"], "open")
        browser.send(path + "/close")
        self.assertEqual(wave.state()["state"], "closed")

    def test_a_released_wave_stays_closed(self):
        study, wave, path = self.trip()
        tokens = wave.invite()
        for token in tokens.values():
            wave.submit_good(token, post_answers())
        wave.close()
        study.await_settled()
        await_true(lambda: wave.state()["released_at"], "the release")
        browser = self.browser()
        page = browser.get(path)
        self.assertIn("Released", page.words)
        self.assertFalse([form for form in page.document.forms if form.action.endswith("/dates")])
        token = dict(browser.get("/desk/account").document.forms[0].fields)["csrf"]
        page = browser.post(path + "/dates", [("csrf", token), ("closes_at", "2040-01-01T08:00")])
        self.assertEqual(page.document.notices, ["Its results are released, so it cannot be opened again."])

    def test_a_post_needs_the_sessions_token(self):
        _, wave, path = self.trip()
        browser, other = self.browser(), self.browser()
        browser.get(path + "/close")
        token = dict(browser.form("/close").fields)["csrf"]
        for fields, headers in (([], {}), ([("csrf", "x")], {}), ([("csrf", token)], {"Sec_Fetch_Site": "cross-site"}),
                                ([("csrf", token)], {"Sec_Fetch_Site": "same-site"})):
            self.assertEqual(browser.post(path + "/close", fields, **headers).status, 403, (fields, headers))
        self.assertEqual(other.post(path + "/close", [("csrf", token)]).status, 403)
        self.assertEqual(wave.state()["state"], "open")
        self.assertEqual(browser.request("GET", path + "/open").status, 405)

    def test_invitations_are_made_once(self):
        _, wave, path = self.trip()
        browser = self.browser()
        self.assertIn("Nobody is invited yet", browser.get(path).words)
        for _ in range(2):
            page = browser.send(path + "/invitations")
            self.assertIn("6 people have an invitation", page.words)
        self.assertEqual(len(self.programme.organiser.made("GET", wave.path + "/invitations")["invitations"]), 6)

    def test_who_answered_is_told_by_sector_but_for_a_handful(self):
        study, wave, path = self.trip(*["politics"] * 7, *["business"] * 6, *["academia"] * 2, "state")
        tokens = list(wave.invite().values())
        for token in tokens[:8]:
            wave.submit_good(token, post_answers())
        study.await_settled()
        browser = self.browser()
        rates = browser.get(f"/desk/studies/{study.id}/rates").json
        self.assertEqual({rate["slice"]: rate["delegation"] for rate in rates}, {"all": 16, "politics": 7, "other": 9})
        self.assertEqual(next(rate["answered"] for rate in rates if rate["slice"] == "all"), 8)
        self.assertEqual(rates, self.programme.organiser.made("GET", study.path + "/response_rates")["rates"])
        self.assertIn("8 of 16", browser.get(path).words)
        self.assertNotIn("Academia 1", browser.page.words)
        study, _, _ = self.trip(*["politics"] * 7, *["business"] * 5, *["academia"] * 6)
        study.await_settled()
        rates = self.programme.organiser.made("GET", study.path + "/response_rates")["rates"]
        self.assertEqual({rate["slice"]: rate["delegation"] for rate in rates},
                         {"all": 18, "politics": 7, "business": 5, "academia": 6})
        study, _, _ = self.trip(*["politics"] * 7, *["business"] * 5, *["academia"] * 3)
        study.await_settled()
        rates = self.programme.organiser.made("GET", study.path + "/response_rates")["rates"]
        self.assertEqual({rate["slice"]: rate["delegation"] for rate in rates}, {"all": 15, "politics": 7, "other": 8})

    def test_two_organisers_at_once(self):
        _, wave, path = self.trip()
        second = self.browser(make_account(self.programme, "second@example.org"))
        first = self.browser()
        first.get(path + "/close")
        second.get(path + "/close")
        second.send(path + "/close")
        page = first.send(path + "/close")
        self.assertEqual(page.status, 200)
        self.assertEqual(wave.state()["state"], "closed")
        actors = self.service.sql("SELECT count(DISTINCT record::jsonb ->> 'actor') FROM debrief.audit_record "
                                  "WHERE record::jsonb ->> 'action' = 'account.signed_in'")
        self.assertGreaterEqual(int(actors[0][0]), 2)

    def test_what_is_not_there_is_not_found(self):
        browser = self.browser()
        study, _, _ = self.trip()
        for path in ("/desk/studies/x", f"/desk/studies/{new_id()}", f"/desk/studies/{study.id}/waves/{new_id()}",
                     f"/desk/studies/{study.id}/waves/x"):
            page = browser.get(path)
            self.assertEqual((page.status, page.title), (404, "There is no such page"), path)


class Mails(DeskTest):
    """Mails wait here, because no server is configured: what is queued is all that matters."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.post = cls.programme.publish(load_definition("post"))

    def trip(self, **given):
        study = self.programme.study("Helsinki 2010", starts_on="2010-01-13", ends_on="2010-01-15")
        people = people_of(*["politics"] * 5) + [("No Address", "", "business", "Firm")]
        header = "name,email,sector,organisation,person"
        rows = [(*person, f"r{number}") for number, person in enumerate(people)]
        self.programme.organiser.made("POST", study.path + "/delegates:import", delegation_csv(rows, header), "text/csv")
        wave = study.wave("post", *self.post, **given)
        return study, wave, f"/desk/studies/{study.id}/waves/{wave.id}"

    def counts(self, wave):
        return self.programme.organiser.made("GET", wave.path + "/mails")["counts"]

    def test_inviting_and_reminding_by_mail(self):
        _, wave, path = self.trip(closes_at="2040-01-01T08:00:00Z")
        browser = self.browser()
        browser.get(path)
        form = next(form for form in browser.page.document.forms if ("kind", "invitation") in form.fields)
        page = browser.post(form.action, form.fields)
        self.assertEqual(page.document.notices[:1], ["5 mails wait. Left out: 1 no e-mail address"])
        self.assertEqual(self.counts(wave), {"invitation": {"queued": 5}})
        page = browser.post(form.action, form.fields)
        self.assertIn("0 mails wait.", page.document.notices[0])
        form = next(form for form in browser.get(path).document.forms if ("kind", "reminder") in form.fields)
        fields = [field for field in form.fields if field[0] != "reminder-at"]
        day = datetime.date.today() + datetime.timedelta(days=30)
        page = browser.post(form.action, [*fields, ("reminder-at", f"{day}T09:00")])
        self.assertIn("5 mails wait.", page.document.notices[0])
        due = self.service.sql("SELECT DISTINCT due_at AT TIME ZONE 'UTC' FROM debrief.mail WHERE kind = 'reminder' AND "
                               f"wave_id = '{wave.id}'")
        at_nine = datetime.datetime(day.year, day.month, day.day, 9, tzinfo=zoneinfo.ZoneInfo("Europe/Stockholm"))
        self.assertEqual(due, [[at_nine.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")]])
        nobody = [field for field in fields if field[0] != "to"]
        self.assertEqual(browser.post(form.action, nobody).status, 422, "without anybody named nobody gets a mail")
        page = browser.post(form.action, [*fields, ("reminder-at", "tomorrow")])
        self.assertIn("A date and a time are needed", page.faults["reminder-at"])
        page = browser.post(form.action, [*fields, ("reminder-at", "2020-01-01T09:00")])
        self.assertEqual(page.faults, {"reminder-at": "That time has passed."})
        page = browser.post(form.action, [*fields, ("reminder-at", "2041-01-01T09:00")])
        self.assertEqual((page.status, page.document.notices[:1]), (422, ["The questionnaire is closed by then."]))
        form = next(form for form in page.document.forms if ("kind", "reminder") in form.fields)
        self.assertIn(("reminder-at", "2041-01-01T09:00"), form.fields)
        browser.get(path + "/mails")
        browser.send(path + "/mails/withdraw")
        self.assertEqual(set(self.counts(wave)["reminder"]), {"withdrawn"})

    def test_a_plan(self):
        _, wave, path = self.trip(closes_at="2040-01-01T08:00:00Z")
        browser = self.browser()
        page = browser.get(path + "/mails")
        self.assertIn("No mail server is set up", page.words)
        page = browser.send(path + "/mails/plan", invitation="1", reminder1="2039-12-01T09:30", closing_days="3",
                            mails_max="6")
        self.assertEqual(page.document.notices[0], "The plan is saved.")
        plan = self.programme.organiser.made("GET", wave.path + "/mail_plan")
        self.assertEqual((plan["invitation"], plan["reminders"], plan["closing_days"], plan["mails_max"], plan["thanks"]),
                         (True, [{"date": "2039-12-01", "time": "09:30"}], 3, 6, False))
        fields = dict(browser.form("/mails/plan").fields)
        self.assertEqual((fields["reminder1"], fields["invitation"]), ("2039-12-01T09:30", "1"))
        page = browser.send(path + "/mails/plan", closing_days="99", reminder2="2039-12-02T09:30", thanks="1", invitation=None)
        self.assertEqual((page.status, page.faults), (422, {"closing_days": "A number from 1 to 30 is needed."}))
        given = dict(browser.form("/mails/plan").fields)
        self.assertEqual((given["closing_days"], given["reminder2"], given["thanks"], "invitation" in given),
                         ("99", "2039-12-02T09:30", "1", False))
        self.assertIn("A date and a time are needed", browser.send(path + "/mails/plan", reminder3="late").faults["reminder3"])
        self.assertEqual(self.programme.organiser.made("GET", wave.path + "/mail_plan"), plan)

    def test_a_link_for_whoever_has_no_address(self):
        study, wave, path = self.trip()
        browser = self.browser()
        browser.get(path)
        browser.send(path + "/invitations")
        page = browser.get(path + "/people")
        self.assertLess(page.words.index("No Address"), page.words.index("Person p0"))
        action = next(form.action for form in page.document.forms if "/links/" in form.action)
        page = browser.send(action)
        self.assertEqual(page.title, "The link")
        self.assertIn("No Address", page.words)
        link = re.search(r'value="https://answers.example.org/i/(di_[^"]+)"', page.text)[1]
        self.assertEqual(wave.submit(link, {"answers": post_answers()}).status, 201)
        self.assertEqual(self.audited("invitation.link_read"), "1")
        study.await_settled()
        # That somebody has answered does not show, also not by who gets a reminder.
        self.assertNotIn("answered", browser.get(path + "/people").words.lower())
        before = browser.get(path + "/people").words
        self.service.sql(f"DELETE FROM debrief.mail WHERE wave_id = '{wave.id}'")
        made = self.programme.organiser.made("POST", wave.path + "/mails", {"kind": "reminder", "to": "waiting"})
        self.assertGreater(made["queued"], 0)
        self.assertEqual(made["skipped"].get("answered", 0) + made["skipped"].get("no_address", 0), 1)
        self.assertEqual(browser.get(path + "/people").words, before)

    def test_an_invitation_to_one(self):
        _, wave, path = self.trip()
        browser = self.browser()
        page = browser.get(path + "/people")
        form = next(form for form in page.document.forms if form.action.endswith("/mails"))
        page = browser.post(form.action, form.fields)
        self.assertEqual(page.document.notices[:1], ["1 mail waits."])
        self.assertEqual(self.counts(wave), {"invitation": {"queued": 1}})

    def test_another_programmes_people_are_not_told(self):
        _, _, path = self.trip()
        other = Programme(self.service, "Another")
        browser = self.browser(make_account(other, "o@example.org"), other)
        for page in (path + "/people", path + "/mails"):
            self.assertEqual(browser.get(page).status, 404, page)
        browser.get("/desk/account")
        token = dict(browser.form("/desk/sign-out").fields)["csrf"]
        page = browser.post(path + "/mails", [("csrf", token), ("kind", "invitation"), ("to", "waiting")])
        self.assertEqual(self.service.sql("SELECT count(*) FROM debrief.mail m JOIN debrief.wave w USING (wave_id) "
                                          f"WHERE w.wave_id = '{path[-36:]}'"), [["0"]])

    def test_a_mail_signs_in(self):
        browser = Browser(self.service)
        browser.get("/desk/sign-in")
        browser.send("/desk/sign-in", email="ANNA@example.org")
        await_true(lambda: self.service.sql("SELECT count(*) FROM debrief.mail WHERE kind = 'sign_in'") == [["1"]],
                   "the mail")


class Delivered(DeskTest):
    """With a mail server: what the organiser's own mailbox gets."""

    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.settings = {"mail_smtp": f"smtp://localhost:{cls.receiver.port}", "mail_tls": "never",
                        "mail_from": "Trips <trips@example.org>"}
        super().setUpClass()

    def await_link(self, pattern):
        mail = await_true(lambda: next((mail for mail in self.receiver.to("anna@example.org")
                                        if re.search(pattern, mail.part("plain"))), None), "the mail")
        return re.search(r"https://answers\.example\.org(" + pattern + ")", mail.part("plain"))[1]

    def test_a_mailed_link_signs_in(self):
        browser = Browser(self.service)
        browser.get("/desk/sign-in")
        browser.send("/desk/sign-in", email="ANNA@example.org")
        link = self.await_link(r"/desk/sign-in/\S+")
        browser.get(link)
        self.assertEqual(browser.send(link).title, "Studies")

    def test_a_test_invitation_leads_to_the_form_and_takes_no_answer(self):
        study = self.programme.study("Helsinki 2010")
        study.import_delegates(people_of(*["politics"] * 5))
        wave = study.wave("post", *self.programme.publish(load_definition("post")))
        path = f"/desk/studies/{study.id}/waves/{wave.id}"
        browser = self.browser()
        browser.get(path)
        page = browser.send(path + "/mails/test")
        self.assertEqual(page.document.notices, ["A test invitation is on its way to you."])
        self.assertEqual(self.await_link(r"/desk/studies/\S+"), path + "/preview")
        self.assertTrue(any(mail.subject.startswith("Test: ") for mail in self.receiver.to("anna@example.org")))
        self.assertEqual(self.programme.organiser.made("GET", wave.path + "/mails")["counts"], {})
        self.assertEqual(self.programme.organiser.made("GET", wave.path + "/invitations")["invitations"], [])


class Results(DeskTest):
    def test_the_release_in_brief_and_as_csv(self):
        study = self.programme.study("Helsinki 2010")
        study.import_delegates(people_of(*["politics"] * 8, *["business"] * 8))
        wave = study.wave("post", *self.programme.publish(load_definition("post")))
        browser = self.browser()
        path = f"/desk/studies/{study.id}/results"
        self.assertIn("Nothing is released yet", browser.get(path).words)
        for token in wave.invite().values():
            wave.submit_good(token, post_answers())
        wave.close()
        await_true(lambda: wave.state()["released_at"], "the release")
        page = browser.get(path)
        self.assertIn("How satisfied are you with the trip as a whole? 4.0", page.words)
        self.assertNotIn("PHASE_", page.words)
        self.assertIn("4,0", browser.get(path + "?language=sv").words)
        csv = browser.get(path + ".csv")
        self.assertTrue(csv.headers["Content-Type"].startswith("text/csv; charset=utf-8"))
        self.assertIn("attachment", csv.headers["Content-Disposition"])
        self.assertEqual(csv.body, self.programme.dashboard.get(study.path + "/metrics.csv").body)
        number = self.programme.organiser.made("GET", study.path + "/releases")["releases"][0]["number"]
        self.programme.organiser.made("POST", f"{study.path}/releases/{number}:withdraw", {"reason": "wrong <b>"})
        page = browser.get(path + "?language=en")
        self.assertIn("This release was withdrawn: wrong <b>", page.words)


del DeskTest

if __name__ == "__main__":
    main()
