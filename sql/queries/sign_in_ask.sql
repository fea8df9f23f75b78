-- $1 e-mail address
SELECT logic.sign_in_ask($1::text)
