-- $1 address that somebody typed to get lost links
SELECT * FROM logic.mail_ask($1::text)
