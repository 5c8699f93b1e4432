-- The receipts of `schedule` as Tarkka's feed has them, in its order. `day_offset` gives Helsinki's distance from UTC by day.
CREATE OR REPLACE VIEW receipt AS
SELECT CASE schedule.kind WHEN 'return' THEN sale_id || '-r' ELSE sale_id END AS receipt_id,
       schedule.kind AS kind,
       CASE schedule.kind WHEN 'return' THEN sale_id END AS refers_to,
       outlet, channel,
       strftime(schedule.wall, '%Y-%m-%dT%H:%M:%S') || utc_offset AS purchased_at,
       card, 'EUR' AS currency, total, bonus_eligible, card_benefit, payments, lines, groups
FROM schedule JOIN content USING (basket_id, kind) JOIN day_offset ON day_offset.day = schedule.wall::DATE
