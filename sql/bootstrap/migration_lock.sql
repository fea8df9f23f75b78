-- Holds back concurrent runs until the transaction ends.
select version from debrief.migration where version = 0 for update
