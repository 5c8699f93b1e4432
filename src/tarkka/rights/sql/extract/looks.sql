-- Every look at the subject and every refusal, and those at groups that the subject was in. Without the actor, who may be an employee.
SELECT id, at, role, purpose, basis, subject_kind, case_ref, level, version, refusal, is_own FROM access_event
UNION ALL
SELECT id, at, role, purpose, basis, subject_kind, case_ref, level, version, refusal, is_own FROM access.shared_looks(NULL, 2147483647)
ORDER BY 1
