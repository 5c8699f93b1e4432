-- A receipt as one line of JSON without the keys that are null. No text of the sample holds a quotation mark, so the
-- pattern cannot meet anything but a key.
SELECT regexp_replace(to_json(receipt)::VARCHAR, ',"(?:refers_to|card|lines|groups|gtin|lot|vat_rate)":null', '', 'g') AS text FROM receipt
