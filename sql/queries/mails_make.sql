-- $1 at most, $2 holder: makes what is due of mail plans, and of requests for lost links
-- planned, resent
SELECT logic.mails_plan($1::integer, $2::uuid) AS planned, logic.mails_resend($1::integer) AS resent
