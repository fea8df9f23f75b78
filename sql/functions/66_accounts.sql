-- Accounts of the desk and their sessions. With the owner's rights, because names and addresses are in schema identity
-- and whoever could write a session's row could be anybody: each function gives what one operation needs.

CREATE FUNCTION logic.account_json(a identity.account) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('id', (a).account_id, 'email', (a).email, 'name', (a).name, 'language', (a).language,
    'role', (a).role, 'created_at', logic.utc((a).created_at), 'revoked_at', logic.utc((a).revoked_at));

-- What the audit trail says of an account: no name and no address, so that erasing one leaves the trail as it is.
CREATE FUNCTION logic.account_audit(programme uuid, actor uuid, action text, a identity.account) RETURNS void
LANGUAGE sql AS $$
    SELECT logic.audit_append(programme, actor, action, jsonb_build_object('account', (a).account_id, 'role', (a).role))
$$;

CREATE FUNCTION logic.account_create(programme uuid, given jsonb, made_id uuid, actor uuid, by_operator boolean)
RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    address text := lower(trim(given ->> 'email'));
    stored identity.account;
BEGIN
    IF NOT logic.may_hand_out(given ->> 'role', by_operator) THEN
        RETURN logic.problem(403, 'forbidden', 'only an operator makes accounts of this role');
    END IF;
    IF address !~ '^[^@\s<>,;:"()\\]+@[^@\s<>,;:"()\\]+$' THEN
        RETURN logic.problem(422, 'invalid', 'email is not an address');
    END IF;
    PERFORM FROM debrief.programme p
    WHERE p.programme_id = programme AND programme <> '00000000-0000-0000-0000-000000000000';
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such programme');
    END IF;
    INSERT INTO identity.account (programme_id, account_id, email, name, language, role)
    VALUES (programme, made_id, address, given ->> 'name', coalesce(given ->> 'language', 'sv'), given ->> 'role')
    ON CONFLICT DO NOTHING RETURNING * INTO stored;
    IF FOUND THEN
        PERFORM logic.account_audit(programme, actor, 'account.created', stored);
        RETURN ROW(201, logic.account_json(stored))::logic.answer;
    END IF;
    SELECT * INTO stored FROM identity.account a
    WHERE a.programme_id = programme AND lower(a.email) = address AND a.revoked_at IS NULL;
    RETURN logic.taken(stored.role = given ->> 'role' AND stored.name = given ->> 'name',
                       logic.account_json(stored)::json, 'this address has an account');
END
$$;

CREATE FUNCTION logic.account_list(programme uuid) RETURNS logic.answer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
RETURN ROW(200, json_build_object('accounts', coalesce((
    SELECT json_agg(logic.account_json(a) ORDER BY a.created_at, a.account_id)
    FROM identity.account a WHERE a.programme_id = programme), '[]')))::logic.answer;

-- Its sessions and links end at once.
CREATE FUNCTION logic.account_revoke(programme uuid, account uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored identity.account;
BEGIN
    UPDATE identity.account a SET revoked_at = coalesce(a.revoked_at, now())
    WHERE a.programme_id = programme AND a.account_id = account RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such account');
    END IF;
    DELETE FROM debrief.session s WHERE s.programme_id = programme AND s.account_id = account;
    DELETE FROM debrief.sign_in i WHERE i.programme_id = programme AND i.account_id = account;
    PERFORM pg_notify('debriefd_key', programme::text);
    PERFORM logic.account_audit(programme, actor, 'account.revoked', stored);
    RETURN ROW(200, logic.account_json(stored))::logic.answer;
END
$$;

-- A link lives for a quarter of an hour.
CREATE FUNCTION logic.sign_in_make(programme uuid, account uuid, made_id uuid) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM debrief.sign_in i
    WHERE i.programme_id = programme AND i.account_id = account AND i.expires_at < now();
    INSERT INTO debrief.sign_in (programme_id, sign_in_id, account_id, expires_at)
    VALUES (programme, made_id, account, now() + interval '15 minutes')
$$;

-- For an operator, who hands the link over: where no mail is sent, and to help somebody.
CREATE FUNCTION logic.sign_in_link(programme uuid, account uuid, made_id uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored identity.account;
BEGIN
    SELECT * INTO stored FROM identity.account a
    WHERE a.programme_id = programme AND a.account_id = account AND a.revoked_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such account, or it is revoked');
    END IF;
    PERFORM logic.sign_in_make(programme, account, made_id);
    PERFORM logic.account_audit(programme, actor, 'account.link_made', stored);
    RETURN ROW(200, json_build_object('account', account, 'expires_at', logic.utc(now() + interval '15 minutes')))::logic.answer;
END
$$;

-- Somebody typed an address. Whether it is known shows in its mailbox only, which gets three links at a time at most:
-- anybody can type an address.
CREATE FUNCTION logic.sign_in_ask(address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    asked identity.account;
    made_id uuid;
BEGIN
    FOR asked IN SELECT * FROM identity.account a
                 WHERE lower(a.email) = lower(trim(address)) AND a.revoked_at IS NULL
                 ORDER BY a.programme_id FOR UPDATE LOOP
        CONTINUE WHEN (SELECT count(*) FROM debrief.sign_in i
                       WHERE i.programme_id = asked.programme_id AND i.account_id = asked.account_id
                         AND i.spent_at IS NULL AND i.expires_at > now()) >= 3
                   OR (SELECT count(*) FROM debrief.mail m
                       WHERE m.programme_id = asked.programme_id AND m.account_id = asked.account_id
                         AND m.kind = 'sign_in' AND m.created_at > now() - interval '1 day') >= 20;
        made_id := gen_random_uuid();
        PERFORM logic.sign_in_make(asked.programme_id, asked.account_id, made_id);
        PERFORM logic.mail_sign_in(asked.programme_id, asked.account_id, made_id);
    END LOOP;
END
$$;

-- Spends the link and begins a session; one that the same browser had before ends.
CREATE FUNCTION logic.sign_in(programme uuid, sign_in uuid, hash bytea, lifetime integer, old_hash bytea)
RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored identity.account;
BEGIN
    UPDATE debrief.sign_in i SET spent_at = now()
    WHERE i.programme_id = programme AND i.sign_in_id = sign_in AND i.spent_at IS NULL AND i.expires_at > now()
    RETURNING i.account_id INTO stored.account_id;
    IF FOUND THEN
        SELECT * INTO stored FROM identity.account a
        WHERE a.programme_id = programme AND a.account_id = stored.account_id AND a.revoked_at IS NULL;
    END IF;
    IF NOT FOUND THEN
        RETURN logic.problem(410, 'gone', 'this link was used already, or is too old');
    END IF;
    DELETE FROM debrief.session s
    WHERE s.programme_id = programme
      AND (s.secret_hash = old_hash OR s.account_id = stored.account_id AND s.expires_at < now());
    INSERT INTO debrief.session (programme_id, secret_hash, account_id, expires_at)
    VALUES (programme, hash, stored.account_id, now() + make_interval(secs => lifetime));
    PERFORM logic.account_audit(programme, stored.account_id, 'account.signed_in', stored);
    RETURN ROW(200, logic.account_json(stored))::logic.answer;
END
$$;

-- Who has this session, unless it has ended or rested for longer than `idle` seconds.
CREATE FUNCTION logic.session_find(programme uuid, hash bytea, idle integer)
RETURNS TABLE (account_id uuid, role text, name text, language text, programme_name text, expires_at bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE debrief.session s SET seen_at = now()
    WHERE s.programme_id = programme AND s.secret_hash = hash AND s.expires_at > now()
      AND s.seen_at > now() - make_interval(secs => idle)
      AND s.seen_at < now() - least(interval '1 minute', make_interval(secs => idle / 4.0));
    RETURN QUERY
        SELECT a.account_id, a.role, a.name, a.language, p.name, (extract(epoch FROM s.expires_at) * 1000000)::bigint
        FROM debrief.session s
        JOIN identity.account a ON a.programme_id = s.programme_id AND a.account_id = s.account_id
            AND a.revoked_at IS NULL
        JOIN debrief.programme p ON p.programme_id = s.programme_id
        WHERE s.programme_id = programme AND s.secret_hash = hash AND s.expires_at > now()
          AND s.seen_at > now() - make_interval(secs => idle);
END
$$;

-- Signing out, of this session or of all that the account has.
CREATE FUNCTION logic.session_end(programme uuid, hash bytea, everywhere boolean) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored identity.account;
    ended integer;
BEGIN
    SELECT a.* INTO stored FROM debrief.session s
    JOIN identity.account a ON a.programme_id = s.programme_id AND a.account_id = s.account_id
    WHERE s.programme_id = programme AND s.secret_hash = hash;
    DELETE FROM debrief.session s
    WHERE s.programme_id = programme
      AND (s.secret_hash = hash OR everywhere AND s.account_id = stored.account_id);
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF ended > 0 THEN
        PERFORM pg_notify('debriefd_key', programme::text);
        PERFORM logic.account_audit(programme, stored.account_id,
            CASE WHEN everywhere THEN 'account.signed_out_everywhere' ELSE 'account.signed_out' END, stored);
    END IF;
    RETURN ROW(200, json_build_object('ended', ended))::logic.answer;
END
$$;
