-- Where the subject wants Bonus paid. The account comes sealed, and is opened with a key that the database does not have.
SELECT iban_sealed, set_at FROM payout_account
