-- $1 programme, $2 study: everything that counts, and who took part; only what differs there is written
-- wave_id, sector, sign, scores (of complete and partial evaluations: the others carry no answers)
WITH s AS MATERIALIZED (
    SELECT * FROM logic.standing($1::uuid, $2::uuid)
), changed AS MATERIALIZED (
    SELECT wave_id, participant_id, s.code, f.place
    FROM s FULL JOIN (SELECT f.ctid AS place, f.* FROM debrief.fact_participation f
                      WHERE f.programme_id = $1::uuid AND f.study_id = $2::uuid) f USING (wave_id, participant_id)
    WHERE s.code IS DISTINCT FROM f.code
), gone AS (
    -- By place, under the lease: a join by names may be planned as a product of the two.
    DELETE FROM debrief.fact_participation f
    WHERE f.ctid = ANY (ARRAY(SELECT c.place FROM changed c WHERE c.code IS NULL))
), kept AS (
    INSERT INTO debrief.fact_participation (programme_id, study_id, wave_id, participant_id, code)
    SELECT $1::uuid, $2::uuid, c.wave_id, c.participant_id, c.code FROM changed c WHERE c.code IS NOT NULL
    ON CONFLICT (programme_id, study_id, wave_id, participant_id) DO UPDATE SET code = excluded.code
)
SELECT s.wave_id, s.sector, 1 AS sign, s.scores FROM s WHERE s.code IN ('I', 'P')
