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
    debrief.wave, debrief.invitation, debrief.disposition, debrief.stale, debrief.uncompared, debrief.job,
    debrief.audit_head TO debriefd_serve;
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
GRANT INSERT, UPDATE, DELETE ON debrief.fact, debrief.metric, debrief.study_state, debrief.stale,
    debrief.atom_waiting, debrief.uncompared TO debriefd_work;
-- Locking the newest release asks for a right to change some column of it.
GRANT UPDATE (epoch) ON debrief.release TO debriefd_work;
GRANT INSERT, UPDATE ON debrief.lease TO debriefd_work;
GRANT UPDATE ON debrief.job TO debriefd_work;
GRANT DELETE ON debrief.pending TO debriefd_work;
GRANT UPDATE (closed_at, released_at) ON debrief.wave TO debriefd_work;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA logic TO debriefd_work;

REVOKE EXECUTE ON FUNCTION logic.persons_store, logic.persons_refer, logic.keep_draft, logic.release_withdraw,
    logic.releases_resume FROM debriefd_work;

-- privacy reads who people are: the mail sender and erasure. Nobody else does.
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

-- serve queues mail and lists it by pseudonym; send claims it, and gets name and address of what it claimed.
REVOKE SELECT ON debrief.mail FROM debriefd_work;
GRANT EXECUTE ON FUNCTION logic.mails_plan, logic.mails_resend, logic.mail_claim, logic.mail_finish TO debriefd_send;
REVOKE EXECUTE ON FUNCTION logic.mails_plan, logic.mails_resend, logic.mail_claim, logic.mail_finish
    FROM debriefd_serve, debriefd_work;
REVOKE EXECUTE ON FUNCTION logic.mail_queue, logic.mails_withdraw, logic.mail_plan_set, logic.mail_bounce,
    logic.mail_subscribe, logic.mail_ask FROM debriefd_work;
