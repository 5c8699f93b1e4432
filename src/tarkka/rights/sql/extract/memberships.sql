-- The subject's households over time.
SELECT household_id, is_main_member, lower(valid), upper(valid) FROM membership ORDER BY valid
