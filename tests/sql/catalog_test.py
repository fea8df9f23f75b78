"""The shape of the schema: every key begins with the programme, nothing that does not distribute, everything that
dashboards see described; and the audit chain and the schedules."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "api"))
from service import (NIL, Programme, ServiceTest, await_true, load_definition, main, new_id,  # pylint: disable=wrong-import-position
                     people_of, post_answers)

# Copied to every node: without a programme.
REFERENCE_TABLES = {"migration", "receipt_key"}

# Zone, wall time, after (UTC), the next time (UTC). From the time zone database's rules: Stockholm leaves for summer
# on 2026-03-29 01:00 UTC and comes back on 2026-10-25 01:00 UTC; Lord Howe's step is half an hour; Apia had no
# 30 December 2011; Kolkata and UTC never step.
NEXT_LOCAL = [
    ("Europe/Stockholm", "03:00", "2026-03-28 12:00", "2026-03-29 01:00"),
    ("Europe/Stockholm", "03:00", "2026-03-29 01:00", "2026-03-30 01:00"),
    ("Europe/Stockholm", "02:30", "2026-03-28 12:00", "2026-03-29 01:30"),  # skipped: 03:30 summer time
    ("Europe/Stockholm", "02:30", "2026-03-29 01:30", "2026-03-30 00:30"),
    ("Europe/Stockholm", "03:00", "2026-10-24 12:00", "2026-10-25 02:00"),
    ("Europe/Stockholm", "03:00", "2026-10-25 02:00", "2026-10-26 02:00"),
    ("Europe/Stockholm", "02:30", "2026-10-24 12:00", "2026-10-25 01:30"),  # comes twice, runs once
    ("Europe/Stockholm", "02:30", "2026-10-25 01:30", "2026-10-26 01:30"),
    ("Europe/Stockholm", "03:00", "2026-06-01 00:59:59.999999", "2026-06-01 01:00"),
    ("America/Los_Angeles", "02:30", "2026-03-08 09:00", "2026-03-08 10:30"),
    ("America/Los_Angeles", "01:30", "2026-11-01 06:00", "2026-11-01 09:30"),
    ("Australia/Lord_Howe", "02:15", "2026-10-03 12:00", "2026-10-03 15:45"),
    ("Pacific/Apia", "03:00", "2011-12-29 13:00:01", "2011-12-30 13:00"),
    ("Pacific/Kiritimati", "00:00", "2026-01-01 00:00", "2026-01-01 10:00"),
    ("Asia/Kolkata", "03:00", "2026-01-01 00:00", "2026-01-01 21:30"),
    ("UTC", "00:00", "2026-01-01 00:00", "2026-01-02 00:00"),
]


class CatalogTest(ServiceTest):
    def rows(self, text):
        return self.service.sql(text)

    def test_every_key_begins_with_the_programme(self):
        """Primary keys, unique constraints and unique indices."""
        rows = self.rows("""
            SELECT t.relname, x.relname, a.attname FROM pg_index i
            JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
            WHERE i.indisunique AND n.nspname IN ('debrief', 'identity')""")
        self.assertGreater(len(rows), 30)
        wrong = [row for row in rows if row[2] != "programme_id" and row[0] not in REFERENCE_TABLES]
        self.assertEqual(wrong, [])

    def test_every_table_has_a_primary_key(self):
        rows = self.rows("""SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('debrief', 'identity') AND c.relkind IN ('r', 'p')
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)""")
        self.assertEqual(rows, [])

    def test_foreign_keys_stay_within_a_programme(self):
        rows = self.rows("""
            SELECT c.conname, a.attname, b.attname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
            JOIN pg_namespace n ON n.oid = c.connamespace
            WHERE c.contype = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema')""")
        self.assertGreater(len(rows), 5)
        self.assertEqual({tuple(row[1:]) for row in rows}, {("programme_id", "programme_id")})

    def test_nothing_that_does_not_distribute(self):
        for what, text in {
            "triggers": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
            "event triggers": "SELECT evtname FROM pg_event_trigger",
            "sequences": "SELECT relname FROM pg_class WHERE relkind = 'S'",
            "identity columns": "SELECT attname FROM pg_attribute WHERE attidentity <> ''",
            "exclusion constraints": "SELECT conname FROM pg_constraint WHERE contype = 'x'",
            "deferrable constraints": "SELECT conname FROM pg_constraint WHERE condeferrable",
            "rules": "SELECT rulename FROM pg_rules WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
            "inheritance": "SELECT inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                           "WHERE c.relkind NOT IN ('i', 'I')",
            "materialised views": "SELECT relname FROM pg_class WHERE relkind = 'm'",
            "unlogged tables": "SELECT relname FROM pg_class WHERE relpersistence = 'u'",
        }.items():
            with self.subTest(what=what):
                self.assertEqual(self.rows(text), [])

    def undescribed(self, change=""):
        """What dashboards see without a word about it, after a change that is undone; and how much there is."""
        rows = self.rows(f"""BEGIN; {change};
            SELECT c.relname, a.attname, coalesce(obj_description(c.oid), ''), coalesce(col_description(c.oid, a.attnum), '')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = 'dash' AND c.relkind IN ('v', 'm', 'r', 'p', 'f');
            ROLLBACK""")
        return [tuple(row[:2]) for row in rows if not row[2] or not row[3]], len(rows)

    def test_everything_for_dashboards_is_described(self):
        missing, count = self.undescribed()
        self.assertEqual(missing, [])
        self.assertGreater(count, 30)
        for change, found in [("CREATE VIEW dash.bare AS SELECT 1 AS one", [("bare", "one")]),
                              ("COMMENT ON COLUMN dash.metric.low IS NULL", [("metric", "low")]),
                              ("COMMENT ON COLUMN dash.release.release IS ''", [("release", "release")])]:
            self.assertEqual(self.undescribed(change)[0], found)
        self.assertEqual(len(self.undescribed("COMMENT ON VIEW dash.study IS NULL")[0]), 6)
        barriers = self.rows("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = "
                             "'dash' AND NOT coalesce(reloptions::text LIKE '%security_barrier%', false)")
        self.assertEqual(barriers, [])

    def test_schedules_follow_the_clock_on_the_wall(self):
        for zone, at, after, expected in NEXT_LOCAL:
            with self.subTest(zone=zone, at=at, after=after):
                found = self.rows(f"SELECT to_char(logic.next_local('{at}', '{zone}', '{after}+00') AT TIME ZONE 'UTC', "
                                  f"'YYYY-MM-DD HH24:MI')")
                self.assertEqual(found, [[expected]])

    def test_a_schedule_runs_once_a_day_for_years(self):
        for zone in ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"):
            for at in ("02:30", "03:00", "00:00"):
                rows = self.rows(f"""
                    WITH RECURSIVE run (at) AS (
                        SELECT logic.next_local('{at}', '{zone}', '2024-01-01 00:00+00')
                        UNION ALL SELECT logic.next_local('{at}', '{zone}', r.at) FROM run r WHERE r.at < '2028-01-01')
                    SELECT count(*), count(DISTINCT (at AT TIME ZONE '{zone}')::date),
                           min(next - at) >= '22 hours' AND max(next - at) <= '26 hours'
                    FROM (SELECT at, lead(at) OVER (ORDER BY at) AS next FROM run) s""")
                count, days, steady = rows[0]
                with self.subTest(zone=zone, at=at):
                    self.assertEqual((count, steady), (days, "t"))
                    self.assertGreater(int(days), 1400)


class QualifiedTest(ServiceTest):
    """Every statement names its schema: with an empty search path everything works."""

    def test_flows_with_an_empty_search_path(self):
        self.service.sql("ALTER DATABASE debriefd SET search_path = ''; ALTER ROLE postgres SET search_path = '';"
                         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'debriefd%'")
        await_true(self.service.is_ready, "the daemon to connect again")
        self.assertEqual(self.service.sql("SHOW search_path", role="debriefd_serve"), [['""']])
        programme = Programme(self.service, "Qualified")
        study = programme.study("Qualified")
        study.import_delegates(people_of("politics", "politics", "business", "business", "state", "state"))
        wave = study.wave("post", *programme.publish(load_definition("post")))
        tokens = wave.invite()
        first = [wave.submit_good(token, post_answers()) for token in tokens.values()][0]
        token = next(iter(tokens.values()))
        wave.submit_good(token, post_answers(3), replaces=first)
        self.assertEqual(wave.submit(token, {"answers": post_answers(2), "replaces": first}).status, 412)
        person = study.delegates()[0]["id"]
        programme.organiser.made("PATCH", f"{study.path}/delegates/{person}", {"sector": "academia"})
        programme.organiser.made("PUT", f"{wave.path}/dispositions/{person}", {"code": "P"})
        programme.organiser.made("PATCH", wave.path, {"closes_at": "2099-01-01T00:00:00Z"})
        for invitation in programme.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"][:2]:
            programme.organiser.made("POST", f"/v1/invitations/{invitation['id']}:rotate")
        wave.close()
        study.await_settled()
        self.assertTrue(study.metrics()["metrics"])
        self.assertTrue(study.internal())
        programme.dashboard.made("GET", f"/v1/programmes/{programme.id}/metrics")
        for kind, table in [("codes", "code\nfood\n"),
                            ("interviews", "interview,email,sector,sequence,trips\nI1,i@example.org,state,1,Qualified\n"),
                            ("segments", "segment,interview,trip\ns1,I1,Qualified\n"),
                            ("codings", "coder,segment,code,sentiment\nA,s1,food,1\n"),
                            ("quotes", "quote,interview,code,approval\nq1,I1,food,pending\n")]:
            for table_now in (table, table.replace(",1\n", ",0\n").replace("pending", "approved")):
                programme.coder.made("POST", f"/v1/{kind}:import", table_now.encode(), "text/csv")
            self.assertEqual(len(programme.coder.made("GET", f"/v1/{kind}")[kind]), 1)
        programme.organiser.made("PUT", "/v1/interview_set", {"adjudicator": "B"})
        for kind in ("refresh", "verify"):
            job = study.job(kind)
            programme.organiser.made("POST", f"/v1/jobs/{job['id']}:run")
            await_true(lambda j=job: programme.organiser.made("GET", f"/v1/jobs/{j['id']}/runs")["runs"], "a run")
        keys = f"/v1/programmes/{programme.id}/keys"
        programme.organiser.made("POST", f"{keys}/{programme.keys['coder']}:rotate")
        programme.organiser.made("DELETE", f"{keys}/{programme.keys['coder']}")
        failed = self.service.sql("SELECT detail FROM debrief.job_run WHERE outcome <> 'succeeded'")
        self.assertEqual(failed, [])
        self.assertNotIn("event=job_failed", self.service.log())
        kept = self.service.sql("SELECT count(*) FROM debrief.draft")
        self.assertEqual(kept, [["1"]])


class AuditTest(ServiceTest):
    """What was done stands in a chain, and whoever alters it is found."""

    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Audited")
        programme = cls.programme
        study = programme.study("Audited")
        study.import_delegates(people_of("politics", "state"))
        wave = study.wave("post", *programme.publish(load_definition("post")))
        wave.invite()
        participant = study.delegates()[0]["id"]
        programme.organiser.made("PUT", f"{wave.path}/dispositions/{participant}", {"code": "R"})
        invitation = programme.organiser.made("GET", wave.path + "/invitations")["invitations"][0]["id"]
        programme.organiser.made("POST", f"/v1/invitations/{invitation}:rotate")
        programme.organiser.made("POST", f"/v1/invitations/{invitation}:revoke")
        study.await_settled()
        study.internal()
        keys = f"/v1/programmes/{programme.id}/keys"
        programme.organiser.made("POST", f"{keys}/{programme.keys['coder']}:rotate")
        programme.organiser.made("DELETE", f"{keys}/{programme.keys['coder']}")

    def verify(self, change=""):
        """The first number at which the chain breaks, after a change that is undone."""
        found = self.service.sql(f"BEGIN; {change}; SELECT coalesce(logic.audit_verify('{self.programme.id}')::text, "
                                 f"'holds'); ROLLBACK")
        return found[-1][0]

    def test_the_chain_holds_and_tells_who_did_what(self):
        self.assertEqual(self.verify(), "holds")
        rows = self.service.sql(f"SELECT record::jsonb ->> 'action', record::jsonb ->> 'actor' FROM debrief.audit_record "
                                f"WHERE programme_id = '{self.programme.id}' ORDER BY number")
        actions = {row[0] for row in rows}
        self.assertLessEqual({"key.created", "key.rotated", "key.revoked", "invitations.created",
                              "invitations.tokens_read", "invitation.rotated", "invitation.revoked",
                              "disposition.set", "metrics.read_internal"}, actions)
        self.assertTrue(all(row[1] and row[1] != NIL for row in rows))

    def test_alterations_are_found_where_they_are(self):
        where = f"WHERE programme_id = '{self.programme.id}' AND number = 3"
        for change in [f"UPDATE debrief.audit_record SET record = replace(record, 'key', 'kex') {where}",
                       f"UPDATE debrief.audit_record SET salt = salt || '\\x00' {where}",
                       f"UPDATE debrief.audit SET commitment = sha256('x') {where}",
                       f"UPDATE debrief.audit SET hash = sha256('x') {where}",
                       f"DELETE FROM debrief.audit {where}"]:
            with self.subTest(change=change):
                self.assertIn(self.verify(change), ("3", "4"))
        last = f"WHERE programme_id = '{self.programme.id}' AND number = (SELECT max(number) FROM debrief.audit)"
        self.assertNotEqual(self.verify(f"DELETE FROM debrief.audit WHERE programme_id = '{self.programme.id}' AND number "
                                        f"= (SELECT number FROM debrief.audit_head WHERE programme_id = "
                                        f"'{self.programme.id}')"), "holds", last)

    def test_erasing_a_record_keeps_the_chain(self):
        self.assertEqual(self.verify(f"DELETE FROM debrief.audit_record WHERE programme_id = '{self.programme.id}' "
                                     f"AND number < 4"), "holds")

    def test_an_unknown_programme_has_an_empty_chain(self):
        self.assertEqual(self.service.sql(f"SELECT logic.audit_verify('{new_id()}') IS NULL"), [["t"]])


if __name__ == "__main__":
    main()
