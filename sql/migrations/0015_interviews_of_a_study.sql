-- Each study's job reads the interviews of its own travellers.
CREATE INDEX segment_study ON debrief.segment (programme_id, study_id);
CREATE INDEX interview_trip_study ON debrief.interview_trip (programme_id, study_id);
