-- $1 programme: what may be read, of interviewees; nothing of who they are
-- code, text
SELECT q.code, q.text FROM debrief.quote q
JOIN debrief.interview i ON i.programme_id = q.programme_id AND i.interview = q.interview
WHERE q.programme_id = $1::uuid AND q.approval = 'approved' AND q.text <> '' AND NOT i.is_organiser
ORDER BY q.code COLLATE "C", q.text COLLATE "C"
