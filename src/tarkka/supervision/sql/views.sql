-- What several rules ask of the trail. Read by supervision alone, under its policies.

-- What staff did: their events, and refusals of what they tried. A look at somebody who was erased since tells of nobody any more.
CREATE VIEW supervision.deed WITH (security_invoker) AS
    SELECT e.id, e.at, e.role, e.actor, e.purpose, e.subject_kind, e.subject_id, e.case_ref, e.terms
    FROM access_event e WHERE e.role <> 'customer' AND e.role <> 'automatic' AND e.actor IS NOT NULL;

-- Whom staff reached: by a look at one person, or by a search that found nobody else. A search that finds namesakes too is no sign of whom
-- it was for.
CREATE VIEW supervision.reached WITH (security_invoker) AS
    SELECT d.id, d.at, d.role, d.actor, d.purpose, d.case_ref, d.subject_id AS person_id, false AS is_search
    FROM supervision.deed d WHERE d.subject_kind = 'person'
    UNION ALL
    SELECT d.id, d.at, d.role, d.actor, d.purpose, d.case_ref, p.person_id, true
    FROM supervision.deed d JOIN access_event_person p ON p.event_id = d.id
    WHERE d.subject_kind = 'lookup' AND NOT EXISTS (
        SELECT FROM access_event_person o WHERE o.event_id = p.event_id AND o.person_id IS DISTINCT FROM p.person_id);

-- Searches of customer service, and whether a case came of each: with somebody whom it found, by whoever searched, from an hour before (a
-- case that was open then) to half an hour after.
CREATE VIEW supervision.search WITH (security_invoker) AS
    SELECT d.id, d.at, d.role, d.actor, d.terms, EXISTS (
        SELECT FROM access_event_person p JOIN service_case c ON c.person_id = p.person_id
        WHERE p.event_id = d.id AND c.opened_by = d.actor
          AND c.opened_at BETWEEN d.at - interval '1 hour' AND d.at + interval '30 minutes') AS led_to_case,
        EXISTS (SELECT FROM access_event_person p WHERE p.event_id = d.id) AS found_somebody
    FROM supervision.deed d WHERE d.subject_kind = 'lookup' AND d.role = 'customer_service';

-- What a rule flagged before and nobody explained: that is nobody's usual.
CREATE VIEW supervision.suspected WITH (security_invoker) AS
    SELECT f.event_id, f.rule FROM flag_event f
    WHERE NOT EXISTS (SELECT FROM flag_decision d WHERE d.flag_id = f.flag_id AND d.verdict = 'explained');

GRANT SELECT ON supervision.deed, supervision.reached, supervision.search, supervision.suspected TO tarkka_trail;
