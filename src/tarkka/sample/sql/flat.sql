-- The CSV form: a row a line (or a group, or the receipt alone), the receipt's own columns repeated, payments as JSON text.
SELECT receipt_id, kind, refers_to, outlet, channel, purchased_at, card, currency, total, bonus_eligible, card_benefit,
       to_json(payments)::VARCHAR AS payments,
       row.line, row.gtin, row.product_code, row.name, row."group", row.quantity, row.unit, row.amount, row.lot, row.vat_rate
FROM (
    SELECT *, unnest(coalesce(
        lines,
        list_transform(groups, lambda part: {'line': NULL::INTEGER, 'gtin': NULL::VARCHAR, 'product_code': NULL::VARCHAR,
                                             'name': NULL::VARCHAR, 'group': part."group", 'quantity': NULL::VARCHAR,
                                             'unit': NULL::VARCHAR, 'amount': part.amount, 'lot': NULL::VARCHAR, 'vat_rate': NULL::VARCHAR}),
        [NULL])) AS row
    FROM receipt
)
