-- Least-privilege roles. The owner runs migrations; each process connects as its own role and gets what it needs.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY '{debriefd_serve,debriefd_work,debriefd_send,debriefd_dash,debriefd_privacy}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA debrief, identity FROM PUBLIC, debriefd_serve, debriefd_work, debriefd_send, debriefd_dash,
    debriefd_privacy;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA logic FROM PUBLIC;
GRANT USAGE ON SCHEMA debrief, logic TO debriefd_serve, debriefd_work;
GRANT USAGE ON SCHEMA dash TO debriefd_dash;
GRANT SELECT ON ALL TABLES IN SCHEMA dash TO debriefd_dash;

-- serve stores answers and sets studies up; it reads no answer but to say a receipt, changes none and deletes none.
GRANT SELECT ON ALL TABLES IN SCHEMA debrief TO debriefd_serve;
REVOKE SELECT ON debrief.fact, debrief.atom_cell, debrief.atom_member, debrief.audit_record, debrief.draft FROM debriefd_serve;
REVOKE SELECT ON debrief.evaluation FROM debriefd_serve;
GRANT SELECT (programme_id, evaluation_id, wave_id, participant_id, replaces, seal_id, seal_position, received_at,
              body_hash) ON debrief.evaluation TO debriefd_serve;
GRANT INSERT ON debrief.evaluation, debrief.pending, debrief.seal, debrief.receipt_key, debrief.programme,
    debrief.api_key, debrief.study, debrief.delegate, debrief.instrument_version, debrief.wave, debrief.invitation,
    debrief.disposition, debrief.stale, debrief.uncompared, debrief.job, debrief.audit, debrief.audit_record,
    debrief.audit_head, debrief.outbox TO debriefd_serve;
GRANT UPDATE ON debrief.programme, debrief.api_key, debrief.study, debrief.delegate, debrief.instrument_version,
    debrief.wave, debrief.invitation, debrief.disposition, debrief.job, debrief.audit_head TO debriefd_serve;
GRANT UPDATE (withdrawn_at, withdrawn_reason, resumed_at) ON debrief.release TO debriefd_serve;
GRANT UPDATE (number) ON debrief.outbox TO debriefd_serve;
-- A coding is dated, and withdrawn by its date.
GRANT INSERT ON debrief.interview_set, debrief.code, debrief.interview, debrief.interview_trip, debrief.segment,
    debrief.coder_segment, debrief.coding, debrief.quote TO debriefd_serve;
GRANT UPDATE ON debrief.interview_set, debrief.code, debrief.interview, debrief.interview_trip, debrief.segment,
    debrief.coding, debrief.quote TO debriefd_serve;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA logic TO debriefd_serve;
REVOKE EXECUTE ON FUNCTION logic.fold_begin, logic.release_publish, logic.atom_enter, logic.groups_freeze,
    logic.waiting_replace FROM debriefd_serve;

-- work computes; it cannot add or change an answer, and knows no name.
GRANT SELECT ON ALL TABLES IN SCHEMA debrief TO debriefd_work;
REVOKE SELECT ON debrief.api_key, debrief.audit_record, debrief.draft FROM debriefd_work;
-- What was frozen, released or recorded is added to and never changed.
GRANT INSERT ON debrief.atom, debrief.atom_group, debrief.atom_cell, debrief.atom_member, debrief.release,
    debrief.release_metric, debrief.outbox, debrief.job_run TO debriefd_work;
GRANT INSERT, UPDATE, DELETE ON debrief.fact, debrief.metric, debrief.study_state, debrief.atom_waiting TO debriefd_work;
GRANT INSERT, DELETE ON debrief.stale, debrief.uncompared TO debriefd_work;
-- Locking a mark asks for a right to change some column of it.
GRANT UPDATE (since) ON debrief.stale TO debriefd_work;
-- Locking the newest release, and closed interviews, asks for a right to change some column of them.
GRANT UPDATE (epoch) ON debrief.release TO debriefd_work;
GRANT UPDATE (changed_at) ON debrief.interview_set TO debriefd_work;
GRANT INSERT, UPDATE ON debrief.lease TO debriefd_work;
GRANT UPDATE ON debrief.job TO debriefd_work;
GRANT DELETE ON debrief.pending TO debriefd_work;
GRANT UPDATE (closed_at, released_at) ON debrief.wave TO debriefd_work;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA logic TO debriefd_work;

REVOKE EXECUTE ON FUNCTION logic.persons_store, logic.persons_refer, logic.release_withdraw, logic.releases_resume,
    logic.quotes_retract FROM debriefd_work;

-- privacy reads who people are: for an operator by hand, no process connects as it. The daemon reaches names by functions
-- with the owner's rights, each giving what one operation needs.
GRANT USAGE ON SCHEMA identity TO debriefd_privacy;
GRANT SELECT, UPDATE, DELETE ON identity.person TO debriefd_privacy;

-- send delivers what stands in the outbox, and reads no answer.
GRANT USAGE ON SCHEMA debrief, logic TO debriefd_send;
GRANT SELECT ON debrief.webhook, debrief.outbox, debrief.programme TO debriefd_send;
GRANT INSERT, UPDATE, DELETE ON debrief.webhook TO debriefd_serve;
GRANT UPDATE ON debrief.webhook TO debriefd_send;
GRANT UPDATE (number) ON debrief.outbox TO debriefd_send;
GRANT UPDATE (name) ON debrief.programme TO debriefd_send; -- locking its row, to number events
GRANT EXECUTE ON FUNCTION logic.webhooks_claim, logic.webhook_attempted, logic.events_since, logic.utc TO debriefd_send;
REVOKE EXECUTE ON FUNCTION logic.webhooks_claim, logic.webhook_attempted FROM debriefd_serve, debriefd_work;
-- Accounts and their sessions are reached through functions only.
REVOKE SELECT ON debrief.session, debrief.sign_in FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.sign_in_make FROM debriefd_serve;
REVOKE EXECUTE ON FUNCTION logic.account_create, logic.account_list, logic.account_revoke, logic.sign_in_make,
    logic.sign_in_link, logic.sign_in_ask, logic.sign_in, logic.session_find, logic.session_end, logic.desk_link,
    logic.desk_links, logic.desk_mail_test FROM debriefd_work;

-- Personal data: who people are, what they agreed to and which places stay is read by functions with the owner's rights
-- only. serve lists, exports and erases on an organiser's behalf; work archives what is kept no longer.
REVOKE SELECT ON debrief.consent, debrief.seat FROM debriefd_serve;
REVOKE SELECT ON debrief.consent, debrief.consent_text FROM debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.person_rows, logic.answers_held, logic.personal_take, logic.rosters_forget,
    logic.interviews_erase, logic.study_take, logic.retention_run FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.person_list, logic.person_export, logic.person_erase, logic.persons_erased,
    logic.persons_readmit, logic.retention_plan, logic.audit_list, logic.audit_state, logic.actor_label,
    logic.consent_state, logic.consent_accept, logic.proxy_begin FROM debriefd_work;
GRANT EXECUTE ON FUNCTION logic.retention_run TO debriefd_work;
GRANT SELECT, DELETE ON identity.erased TO debriefd_privacy;

-- The participant's form: what is behind it is reached by these functions only, and by serve only.
REVOKE EXECUTE ON FUNCTION logic.form_entry, logic.form_read, logic.form_people, logic.own_commitments,
    logic.latest_evaluation, logic.draft_merge, logic.draft_recorded, logic.draft_rebase, logic.draft_discard,
    logic.draft_keep FROM debriefd_work;

-- serve queues mail and lists it by pseudonym; send claims it, and gets name and address of what it claimed.
REVOKE SELECT ON debrief.mail FROM debriefd_work;
GRANT EXECUTE ON FUNCTION logic.mails_plan, logic.mails_resend, logic.mail_claim, logic.mail_finish TO debriefd_send;
REVOKE EXECUTE ON FUNCTION logic.mails_plan, logic.mails_resend, logic.mail_claim, logic.mail_finish
    FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.mail_queue, logic.mails_withdraw, logic.mail_plan_set, logic.mail_bounce,
    logic.mail_subscribe, logic.mail_ask FROM debriefd_work;

-- The desk's pages about people.
REVOKE EXECUTE ON FUNCTION logic.delegation_named, logic.delegate_add, logic.person_change, logic.person_named,
    logic.audit_recent, logic.desk_form, logic.commitments_board FROM debriefd_work;

-- Anonymous waves: who spent which token and what it said are for functions with the owner's rights. Which token is
-- whose is for the mail sender's claim only, which has them too.
REVOKE ALL ON debrief.anonymous_secret, debrief.anonymous_answer FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.anonymous_token, logic.anonymous_derive FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.anonymous_submit, logic.anonymous_links, logic.anonymous_pool FROM debriefd_work;
