-- Receipts that were sent to their purchasers: each to each once.
CREATE SCHEMA services;
GRANT USAGE ON SCHEMA services TO tarkka_app;

CREATE TABLE sent_receipt (
    person_id bigint NOT NULL,
    receipt_id bigint NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now(),
    is_refused boolean NOT NULL DEFAULT false,
    PRIMARY KEY (person_id, receipt_id)
);

-- Broken glasses of which the customer was told by e-mail: of each once.
CREATE TABLE glass_notice (
    case_id bigint PRIMARY KEY REFERENCES service_case,
    person_id bigint NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now(),
    is_refused boolean NOT NULL DEFAULT false
);
CREATE INDEX glass_notice_person ON glass_notice (person_id);
