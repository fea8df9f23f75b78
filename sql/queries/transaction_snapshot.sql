-- The first statement of a transaction that must see one state of the database.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
