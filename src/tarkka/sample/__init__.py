"""Sample purchases: a public data set's year of groceries, mapped to Tarkka's outlets, people and receipts."""
