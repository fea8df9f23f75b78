-- Appends to the programme's hash chain: hash = SHA-256(previous hash || commitment), commitment =
-- SHA-256(salt || record). Deleting the record and its salt later leaves every hash verifiable.
CREATE FUNCTION logic.audit_append(programme uuid, actor uuid, action text, detail jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    head debrief.audit_head;
    salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    record text := jsonb_build_object('actor', actor, 'action', action, 'at', logic.utc(now()), 'detail', detail)::text;
    commitment bytea := sha256(salt || convert_to(record, 'UTF8'));
BEGIN
    INSERT INTO debrief.audit_head AS h (programme_id, number, hash) VALUES (programme, 1, sha256(commitment))
    ON CONFLICT (programme_id) DO UPDATE SET number = h.number + 1, hash = sha256(h.hash || commitment)
    RETURNING * INTO head;
    INSERT INTO debrief.audit (programme_id, number, at, commitment, hash)
    VALUES (programme, head.number, now(), commitment, head.hash);
    INSERT INTO debrief.audit_record (programme_id, number, salt, record)
    VALUES (programme, head.number, salt, record);
END
$$;

-- Null when the chain holds, else the first number at which it does not. The head stands apart, so that a chain that
-- was cut at its end is shorter than it says.
CREATE FUNCTION logic.audit_verify(programme uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT least(
        (SELECT min(a.number) FROM (
             SELECT a.number, a.hash, a.commitment, lag(a.hash, 1, '') OVER w AS previous,
                    row_number() OVER w AS expected
             FROM debrief.audit a WHERE a.programme_id = programme
             WINDOW w AS (PARTITION BY a.programme_id ORDER BY a.number)) a
         LEFT JOIN debrief.audit_record r ON r.programme_id = programme AND r.number = a.number
         WHERE a.number <> a.expected OR a.hash <> sha256(a.previous || a.commitment)
            OR (r.salt IS NOT NULL AND a.commitment <> sha256(r.salt || convert_to(r.record, 'UTF8')))),
        (SELECT coalesce(l.number, 0) + 1
         FROM (SELECT max(a.number) AS number FROM debrief.audit a WHERE a.programme_id = programme) l
         LEFT JOIN debrief.audit_head h ON h.programme_id = programme
         WHERE coalesce(h.number, 0) <> coalesce(l.number, 0)
            OR h.hash <> (SELECT a.hash FROM debrief.audit a
                          WHERE a.programme_id = programme AND a.number = l.number)))
$$;
