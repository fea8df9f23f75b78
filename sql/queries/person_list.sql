-- $1 programme, $2 part of a name, e-mail address or reference (or null), $3 study (or null), $4 after (person or null),
-- $5 limit, $6 actor
SELECT * FROM logic.person_list($1::uuid, $2::text, $3::uuid, $4::uuid, $5::integer, $6::uuid)
