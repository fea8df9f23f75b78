"""What each database role may do with each table: an explicit matrix, and every refusal really tried."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "api"))
from service import ServiceTest, main  # pylint: disable=wrong-import-position

ROLES = ("debriefd_serve", "debriefd_work", "debriefd_dash", "debriefd_privacy", "debriefd_send")
# Table: what serve, work, dash, privacy and send may do. S select, I insert, U update, D delete; truncating (T) nobody.
EXPECTED = """
dash.metric                 -     -     S     -     -
dash.release                -     -     S     -     -
dash.study                  -     -     S     -     -
debrief.anonymous_answer    -     -     -     -     -
debrief.anonymous_secret    -     -     -     -     -
debrief.api_key             SIU   -     -     -     -
debrief.atom                S     SI    -     -     -
debrief.atom_cell           -     SI    -     -     -
debrief.atom_group          S     SI    -     -     -
debrief.atom_member         -     SI    -     -     -
debrief.atom_waiting        S     SIUD  -     -     -
debrief.audit               SI    S     -     -     -
debrief.audit_head          SIU   S     -     -     -
debrief.audit_record        I     -     -     -     -
debrief.code                SIU   S     -     -     -
debrief.coder_segment       SI    S     -     -     -
debrief.coding              SIU   S     -     -     -
debrief.consent             -     -     -     -     -
debrief.consent_text        S     -     -     -     -
debrief.delegate            SIU   S     -     -     -
debrief.disposition         SIU   S     -     -     -
debrief.draft               -     -     -     -     -
debrief.evaluation          I     S     -     -     -
debrief.fact                -     SIUD  -     -     -
debrief.instrument_version  SIU   S     -     -     -
debrief.interview           SIU   S     -     -     -
debrief.interview_set       SIU   S     -     -     -
debrief.interview_trip      SIU   S     -     -     -
debrief.invitation          SIU   S     -     -     -
debrief.job                 SIU   SU    -     -     -
debrief.job_run             S     SI    -     -     -
debrief.lease               S     SIU   -     -     -
debrief.mail                S     -     -     -     -
debrief.mail_plan           S     S     -     -     -
debrief.metric              S     SIUD  -     -     -
debrief.migration           S     S     -     -     -
debrief.outbox              SI    SI    -     -     S
debrief.pending             SI    SD    -     -     -
debrief.programme           SIU   S     -     -     S
debrief.quote               SIU   S     -     -     -
debrief.receipt_key         SI    S     -     -     -
debrief.release             S     SI    -     -     -
debrief.release_metric      S     SI    -     -     -
debrief.seal                SI    S     -     -     -
debrief.seat                -     S     -     -     -
debrief.segment             SIU   S     -     -     -
debrief.session             -     -     -     -     -
debrief.sign_in             -     -     -     -     -
debrief.stale               SI    SID   -     -     -
debrief.study               SIU   S     -     -     -
debrief.study_state         S     SIUD  -     -     -
debrief.uncompared          SI    SID   -     -     -
debrief.wave                SIU   S     -     -     -
debrief.webhook             SIUD  S     -     -     SU
identity.account            -     -     -     -     -
identity.erased             -     -     -     SD    -
identity.person             -     -     -     SUD   -
identity.resend_request     -     -     -     -     -
identity.salt               -     -     -     -     -
"""

TRY = """
CREATE TEMPORARY TABLE tried (tabled text, role text, verb text, allowed boolean);
DO $$
DECLARE
    r text; t record; v record; is_allowed boolean;
BEGIN
    FOR r IN SELECT unnest('{debriefd_serve,debriefd_work,debriefd_send,debriefd_dash,debriefd_privacy}'::text[]) LOOP
        FOR t IN SELECT c.oid::regclass::text AS name, (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid
                        AND a.attnum > 0 ORDER BY a.attnum LIMIT 1) AS first_column, c.relkind
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('debrief', 'identity', 'dash') AND c.relkind IN ('r', 'p', 'v', 'm', 'f') LOOP
            FOR v IN SELECT * FROM (VALUES
                ('S', format('SELECT * FROM %s LIMIT 0', t.name)),
                ('I', format('INSERT INTO %s DEFAULT VALUES', t.name)),
                ('U', format('UPDATE %s SET %I = NULL WHERE false', t.name, t.first_column)),
                ('D', format('DELETE FROM %s WHERE false', t.name)),
                ('T', format('TRUNCATE %s CASCADE', t.name))) AS x (verb, statement)
            LOOP
                CONTINUE WHEN t.relkind = 'v' AND v.verb <> 'S';
                is_allowed := true;
                BEGIN
                    EXECUTE format('SET LOCAL ROLE %I', r);
                    EXECUTE v.statement;
                    RAISE EXCEPTION 'undo' USING ERRCODE = 'P0099';
                EXCEPTION
                    WHEN insufficient_privilege THEN is_allowed := false;
                    WHEN OTHERS THEN is_allowed := true;
                END;
                RESET ROLE;
                INSERT INTO tried VALUES (t.name, r, v.verb, is_allowed);
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
SELECT tabled, role, coalesce(string_agg(verb, '' ORDER BY strpos('SIUDT', verb)) FILTER (WHERE allowed), '-')
FROM tried GROUP BY tabled, role;
"""

# Refused or allowed where a whole table is not the question: role, statement, whether it is allowed.
STATEMENTS = [
    ("debriefd_serve", "SELECT programme_id, evaluation_id, wave_id, participant_id, replaces, seal_id, seal_position, "
                       "received_at, body_hash FROM debrief.evaluation", True),
    ("debriefd_serve", "SELECT scores FROM debrief.evaluation", False),
    ("debriefd_serve", "SELECT texts FROM debrief.evaluation", False),
    ("debriefd_serve", "SELECT answered FROM debrief.evaluation", False),
    ("debriefd_serve", "SELECT language FROM debrief.evaluation", False),
    ("debriefd_serve", "SELECT e FROM debrief.evaluation e", False),
    ("debriefd_serve", "INSERT INTO debrief.evaluation DEFAULT VALUES RETURNING scores", False),
    ("debriefd_serve", "SELECT name FROM identity.person", False),
    ("debriefd_serve", "SELECT logic.fold_begin(NULL, NULL, true)", False),
    ("debriefd_serve", "SELECT logic.release_publish(NULL, NULL, 1, '')", False),
    ("debriefd_serve", "SELECT * FROM logic.waiting(NULL, NULL)", False),
    ("debriefd_serve", "SELECT logic.waiting_replace(NULL, NULL, '[]')", False),
    ("debriefd_serve", "UPDATE debrief.release SET withdrawn_at = now(), withdrawn_reason = '' WHERE false", True),
    ("debriefd_serve", "UPDATE debrief.release SET content_hash = '' WHERE false", False),
    ("debriefd_serve", "UPDATE debrief.release SET released_at = now() WHERE false", False),
    ("debriefd_serve", "UPDATE debrief.outbox SET number = 1 WHERE false", True),
    ("debriefd_serve", "UPDATE debrief.outbox SET payload = '' WHERE false", False),
    ("debriefd_serve", "SET ROLE debriefd_privacy", False),
    ("debriefd_serve", "SELECT logic.anonymous_token(NULL, NULL, NULL)", False),
    ("debriefd_serve", "SELECT * FROM logic.anonymous_links(NULL, NULL)", True),
    ("debriefd_work", "SELECT logic.anonymous_token(NULL, NULL, NULL)", False),
    ("debriefd_work", "SELECT * FROM logic.anonymous_links(NULL, NULL)", False),
    ("debriefd_work", "SELECT * FROM logic.anonymous_submit(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)", False),
    ("debriefd_work", "SELECT logic.anonymous_secret_drop(NULL, NULL)", True),
    ("debriefd_serve", "CREATE TABLE debrief.mine ()", False),
    ("debriefd_serve", "CREATE FUNCTION logic.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", False),
    ("debriefd_work", "SELECT scores FROM debrief.evaluation", True),
    ("debriefd_work", "UPDATE debrief.wave SET closed_at = now() WHERE false", True),
    ("debriefd_work", "UPDATE debrief.wave SET opens_at = now() WHERE false", False),
    ("debriefd_send", "SELECT name FROM identity.person", False),
    ("debriefd_send", "SELECT scores FROM debrief.evaluation", False),
    ("debriefd_send", "SELECT value FROM debrief.metric", False),
    ("debriefd_send", "UPDATE debrief.outbox SET payload = '' WHERE false", False),
    ("debriefd_send", "SELECT * FROM logic.mail_claim(0, 1)", True),
    ("debriefd_send", "SELECT * FROM debrief.mail", False),
    ("debriefd_send", "SELECT logic.mail_queue(NULL, NULL, '{}', NULL)", False),
    ("debriefd_work", "SELECT * FROM logic.mail_claim(0, 1)", False),
    ("debriefd_work", "SELECT logic.mail_subscribe(NULL, NULL, true)", False),
    ("debriefd_serve", "SELECT * FROM logic.mail_claim(0, 1)", False),
    ("debriefd_serve", "SELECT logic.mails_resend(1)", False),
    ("debriefd_serve", "INSERT INTO debrief.mail DEFAULT VALUES", False),
    ("debriefd_send", "SELECT * FROM logic.webhooks_claim(1, '1 s')", True),
    ("debriefd_work", "SELECT * FROM logic.webhooks_claim(1, '1 s')", False),
    ("debriefd_serve", "SELECT * FROM logic.webhooks_claim(1, '1 s')", False),
    ("debriefd_serve", "SELECT * FROM logic.person_rows(NULL, NULL)", False),
    ("debriefd_serve", "SELECT * FROM logic.answers_held(NULL, '{}')", False),
    ("debriefd_serve", "SELECT logic.personal_take(NULL, NULL, 'debrief.evaluation', 'true', true)", False),
    ("debriefd_serve", "SELECT logic.rosters_forget(NULL, NULL, true)", False),
    ("debriefd_serve", "SELECT logic.interviews_erase(NULL, NULL, true)", False),
    ("debriefd_serve", "SELECT logic.study_take(NULL, NULL, true)", False),
    ("debriefd_serve", "SELECT logic.retention_run(NULL)", False),
    ("debriefd_serve", "SELECT logic.person_erase(NULL, NULL, '{}', NULL)", True),
    ("debriefd_work", "SELECT logic.retention_run(NULL)", True),
    ("debriefd_work", "SELECT logic.study_take(NULL, NULL, true)", False),
    ("debriefd_work", "SELECT logic.person_list(NULL, NULL, NULL, NULL, 1, NULL)", False),
    ("debriefd_work", "SELECT logic.person_export(NULL, NULL, false, NULL)", False),
    ("debriefd_work", "SELECT logic.person_erase(NULL, NULL, '{}', NULL)", False),
    ("debriefd_work", "SELECT logic.audit_list(NULL, NULL, 1, NULL)", False),
    ("debriefd_work", "SELECT name FROM identity.person", False),
    ("debriefd_serve", "SELECT logic.sign_in_make(NULL, NULL, NULL)", False),
    ("debriefd_serve", "SELECT * FROM logic.session_find(NULL, NULL, 1)", True),
    ("debriefd_work", "SELECT * FROM logic.session_find(NULL, NULL, 1)", False),
    ("debriefd_work", "SELECT logic.sign_in_ask('')", False),
    ("debriefd_work", "SELECT * FROM logic.persons_store(NULL, '[]')", False),
    ("debriefd_serve", "SELECT logic.delegate_add(NULL, NULL, '[]', NULL)", True),
    ("debriefd_work", "SELECT logic.delegate_add(NULL, NULL, '[]', NULL)", False),
    ("debriefd_work", "SELECT * FROM logic.persons_refer(NULL, '{}')", False),
    ("debriefd_work", "SELECT logic.draft_keep(NULL, NULL, NULL, NULL, '', '{}')", False),
    ("debriefd_work", "SELECT * FROM logic.form_read(NULL, NULL, NULL)", False),
    ("debriefd_work", "SELECT * FROM logic.form_people(NULL, NULL, NULL)", False),
    ("debriefd_work", "SELECT logic.draft_discard(NULL, NULL, NULL)", False),
    ("debriefd_work", "UPDATE debrief.outbox SET number = 1 WHERE false", False),
    ("debriefd_work", "UPDATE debrief.release SET withdrawn_at = NULL WHERE false", False),
    ("debriefd_work", "UPDATE debrief.release SET resumed_at = now() WHERE false", False),
    ("debriefd_work", "SELECT logic.releases_resume(NULL, NULL, NULL)", False),
    ("debriefd_dash", "SELECT 1 FROM logic.standing(NULL, NULL)", False),
    ("debriefd_dash", "SELECT logic.utc(now())", False),
    ("debriefd_dash", "CREATE VIEW dash.mine AS SELECT 1", False),
    ("debriefd_privacy", "SELECT logic.utc(now())", False),
    ("debriefd_privacy", "SELECT * FROM dash.metric", False),
]


# Whose rights are the owner's; each pins its search path.
DEFINERS = """
    account_create account_list account_revoke actor_label anonymous_close anonymous_links
    anonymous_pool anonymous_secret_drop anonymous_submit anonymous_token audit_list
    audit_recent audit_state commitments_board consent_accept consent_state delegate_add delegation_named
    desk_form desk_link desk_links desk_mail_test draft_discard draft_keep draft_merge
    draft_rebase draft_recorded form_people form_read mail_ask mail_bounce mail_claim
    mail_finish mail_plan_set mail_queue mail_subscribe mails_plan mails_resend mails_withdraw
    mark_recoded person_change person_erase person_export person_list person_named
    persons_erased persons_readmit persons_refer persons_store proxy_begin quotes_retract
    retention_plan retention_run session_end session_find sign_in sign_in_ask sign_in_link
""".split()


class RolesTest(ServiceTest):
    def test_the_matrix(self):
        expected = {}
        for line in EXPECTED.strip().splitlines():
            name, *rights = line.split()
            self.assertEqual(len(rights), len(ROLES), line)
            expected.update({(name, role): right for role, right in zip(ROLES, rights)})
        found = {(name, role): right for name, role, right in self.service.sql(TRY)}
        self.assertGreater(len(found), 100)
        self.maxDiff = None
        self.assertEqual(found, expected)

    def test_columns_functions_and_definitions(self):
        for role, statement, allowed in STATEMENTS:
            with self.subTest(role=role, statement=statement):
                failure = self.service.sql(f"{statement};", role=role, fails=True)
                if allowed:
                    self.assertIsNone(failure)
                else:
                    self.assertIn("permission denied", failure or "it was allowed")

    def test_roles_are_plain(self):
        rows = self.service.sql("SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, "
                                "(SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) FROM pg_roles r "
                                "WHERE rolname LIKE 'debriefd%' ORDER BY 1")
        self.assertEqual(rows, [[role, "f", "f", "f", "f", "f", "0"] for role in sorted(ROLES)])

    def test_definer_functions_pin_their_search_path(self):
        rows = self.service.sql("SELECT proname, proconfig::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace "
                                "WHERE prosecdef AND nspname NOT LIKE 'pg\\_%' ORDER BY 1")
        self.assertEqual(rows, [[name, "{search_path=pg_catalog}"] for name in DEFINERS])

    def test_the_processes_run_as_their_roles(self):
        rows = self.service.sql("SELECT DISTINCT usename, split_part(application_name, ' ', 2) FROM pg_stat_activity "
                                "WHERE application_name LIKE 'debriefd%' ORDER BY 1")
        self.assertEqual(rows, [["debriefd_send", "send"], ["debriefd_serve", "serve"],
                                ["debriefd_work", "work"]])


if __name__ == "__main__":
    main()
