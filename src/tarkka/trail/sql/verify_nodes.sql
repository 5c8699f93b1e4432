-- The stored nodes in the order in which a growing tree completes them.
SELECT level::integer, index, hash FROM public.trail_node ORDER BY (index + 1) << level, level
