-- How many searches of customer service found somebody and led to no case with them, on each day.
SELECT s.actor, s.role, (s.at AT TIME ZONE %(zone)s)::date AS day, count(*) FILTER (WHERE s.found_somebody AND NOT s.led_to_case),
       min(s.at), max(s.at), coalesce(array_agg(s.id) FILTER (WHERE s.found_somebody AND NOT s.led_to_case), '{}'),
       bool_or(EXISTS (SELECT FROM supervision.suspected x WHERE x.event_id = s.id AND x.rule = 'no_case'))
FROM supervision.search s WHERE s.at >= %(past)s AND s.at < %(end)s GROUP BY 1, 2, 3
