-- The receipts of `schedule` as Tarkka's feed has them, in its order. `calendar` gives Helsinki's distance from UTC and the VAT
-- rates by day.
CREATE OR REPLACE VIEW receipt AS
SELECT CASE schedule.kind WHEN 'return' THEN sale_id || '-r' ELSE sale_id END AS receipt_id,
       schedule.kind AS kind,
       CASE schedule.kind WHEN 'return' THEN sale_id END AS refers_to,
       outlet, channel,
       strftime(schedule.wall, '%Y-%m-%dT%H:%M:%S') || utc_offset AS purchased_at,
       card, 'EUR' AS currency, total, bonus_eligible, card_benefit, payments,
       list_transform(lines, lambda line: struct_update(line, vat_rate := vat_rates[line.vat_rate])) AS lines, groups
FROM schedule JOIN content USING (basket_id, kind) JOIN calendar ON calendar.day = schedule.wall::DATE
