-- Withdrawing a release, and what admission decided, kept so that it can be explained.
ALTER TABLE debrief.release ADD COLUMN resumed_at timestamptz;
COMMENT ON COLUMN debrief.release.withdrawn_at IS
    'Since when its rows are not served; while the newest is withdrawn and not resumed, no other is published';
COMMENT ON COLUMN debrief.release.resumed_at IS 'When an organiser let publishing go on after this withdrawal';

ALTER TABLE debrief.atom_group ADD COLUMN answers integer[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN debrief.atom_group.answers IS
    'By sector, the contributors when the group was frozen: what the grouping was decided from';
ALTER TABLE debrief.atom ADD COLUMN moved jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN debrief.atom.moved IS
    'By item, how many answers coding moved a step; as telling as the answers, so for the analyst only';

CREATE TABLE debrief.atom_waiting (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    family text NOT NULL,
    sector text NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, family, sector)
);
COMMENT ON TABLE debrief.atom_waiting IS 'Contributors that the latest admission left waiting';
