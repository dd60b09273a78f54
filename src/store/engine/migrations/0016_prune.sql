-- What `tidy` did is a part of `prune` now: nothing does jobs of that kind any more.
DELETE FROM job WHERE kind = 'tidy';
DELETE FROM job_tally WHERE kind = 'tidy';
DELETE FROM job_delta WHERE kind = 'tidy';
DELETE FROM gate WHERE scope = 'kind' AND name = 'tidy';
