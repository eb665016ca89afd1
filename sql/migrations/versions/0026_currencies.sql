-- Currencies. A restaurant has one, and so has an order; amounts in different currencies are never added. So each rollup of
-- money is by currency too.

-- Writers wait from the first of their tables on. A migration that locks a later table first could deadlock with them.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE analytics.currencies (
    currency   text    NOT NULL,
    decimals   integer NOT NULL,
    name       text    NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    CONSTRAINT currencies_pkey PRIMARY KEY (currency)
);
CREATE UNIQUE INDEX currencies_one_default ON analytics.currencies (is_default) WHERE is_default;
COMMENT ON TABLE analytics.currencies IS
    'The currencies of ISO 4217 in which a restaurant can sell: without metals, and without codes for tests and for accounts.';
COMMENT ON COLUMN analytics.currencies.currency IS 'Its code, e.g. CAD.';
COMMENT ON COLUMN analytics.currencies.decimals IS 'How many decimals its amounts have, as ISO 4217 states: see analytics.decimals().';
COMMENT ON COLUMN analytics.currencies.name IS 'Its name in English.';
COMMENT ON COLUMN analytics.currencies.is_default IS
    'Whether it is the currency of restaurants without one, and of amounts whose restaurant is unknown: RESTAURANT_CURRENCY. One row.';
INSERT INTO analytics.currencies (currency, decimals, name) VALUES
    ('AED', 2, 'UAE Dirham'), ('AFN', 2, 'Afghani'), ('ALL', 2, 'Lek'), ('AMD', 2, 'Armenian Dram'),
    ('ANG', 2, 'Netherlands Antillean Guilder'), ('AOA', 2, 'Kwanza'), ('ARS', 2, 'Argentine Peso'),
    ('AUD', 2, 'Australian Dollar'), ('AWG', 2, 'Aruban Florin'), ('AZN', 2, 'Azerbaijan Manat'),
    ('BAM', 2, 'Convertible Mark'), ('BBD', 2, 'Barbados Dollar'), ('BDT', 2, 'Taka'), ('BGN', 2, 'Bulgarian Lev'),
    ('BHD', 3, 'Bahraini Dinar'), ('BIF', 0, 'Burundi Franc'), ('BMD', 2, 'Bermudian Dollar'),
    ('BND', 2, 'Brunei Dollar'), ('BOB', 2, 'Boliviano'), ('BOV', 2, 'Mvdol'), ('BRL', 2, 'Brazilian Real'),
    ('BSD', 2, 'Bahamian Dollar'), ('BTN', 2, 'Ngultrum'), ('BWP', 2, 'Pula'), ('BYN', 2, 'Belarusian Ruble'),
    ('BZD', 2, 'Belize Dollar'), ('CAD', 2, 'Canadian Dollar'), ('CDF', 2, 'Congolese Franc'), ('CHE', 2, 'WIR Euro'),
    ('CHF', 2, 'Swiss Franc'), ('CHW', 2, 'WIR Franc'), ('CLF', 4, 'Unidad de Fomento'), ('CLP', 0, 'Chilean Peso'),
    ('CNY', 2, 'Yuan Renminbi'), ('COP', 2, 'Colombian Peso'), ('COU', 2, 'Unidad de Valor Real'),
    ('CRC', 2, 'Costa Rican Colon'), ('CUC', 2, 'Peso Convertible'), ('CUP', 2, 'Cuban Peso'),
    ('CVE', 2, 'Cabo Verde Escudo'), ('CZK', 2, 'Czech Koruna'), ('DJF', 0, 'Djibouti Franc'),
    ('DKK', 2, 'Danish Krone'), ('DOP', 2, 'Dominican Peso'), ('DZD', 2, 'Algerian Dinar'),
    ('EGP', 2, 'Egyptian Pound'), ('ERN', 2, 'Nakfa'), ('ETB', 2, 'Ethiopian Birr'), ('EUR', 2, 'Euro'),
    ('FJD', 2, 'Fiji Dollar'), ('FKP', 2, 'Falkland Islands Pound'), ('GBP', 2, 'Pound Sterling'), ('GEL', 2, 'Lari'),
    ('GHS', 2, 'Ghana Cedi'), ('GIP', 2, 'Gibraltar Pound'), ('GMD', 2, 'Dalasi'), ('GNF', 0, 'Guinean Franc'),
    ('GTQ', 2, 'Quetzal'), ('GYD', 2, 'Guyana Dollar'), ('HKD', 2, 'Hong Kong Dollar'), ('HNL', 2, 'Lempira'),
    ('HRK', 2, 'Kuna'), ('HTG', 2, 'Gourde'), ('HUF', 2, 'Forint'), ('IDR', 2, 'Rupiah'),
    ('ILS', 2, 'New Israeli Sheqel'), ('INR', 2, 'Indian Rupee'), ('IQD', 3, 'Iraqi Dinar'),
    ('IRR', 2, 'Iranian Rial'), ('ISK', 0, 'Iceland Krona'), ('JMD', 2, 'Jamaican Dollar'),
    ('JOD', 3, 'Jordanian Dinar'), ('JPY', 0, 'Yen'), ('KES', 2, 'Kenyan Shilling'), ('KGS', 2, 'Som'),
    ('KHR', 2, 'Riel'), ('KMF', 0, 'Comorian Franc'), ('KPW', 2, 'North Korean Won'), ('KRW', 0, 'Won'),
    ('KWD', 3, 'Kuwaiti Dinar'), ('KYD', 2, 'Cayman Islands Dollar'), ('KZT', 2, 'Tenge'), ('LAK', 2, 'Lao Kip'),
    ('LBP', 2, 'Lebanese Pound'), ('LKR', 2, 'Sri Lanka Rupee'), ('LRD', 2, 'Liberian Dollar'), ('LSL', 2, 'Loti'),
    ('LYD', 3, 'Libyan Dinar'), ('MAD', 2, 'Moroccan Dirham'), ('MDL', 2, 'Moldovan Leu'),
    ('MGA', 2, 'Malagasy Ariary'), ('MKD', 2, 'Denar'), ('MMK', 2, 'Kyat'), ('MNT', 2, 'Tugrik'),
    ('MOP', 2, 'Pataca'), ('MRU', 2, 'Ouguiya'), ('MUR', 2, 'Mauritius Rupee'), ('MVR', 2, 'Rufiyaa'),
    ('MWK', 2, 'Malawi Kwacha'), ('MXN', 2, 'Mexican Peso'), ('MXV', 2, 'Mexican Unidad de Inversion (UDI)'),
    ('MYR', 2, 'Malaysian Ringgit'), ('MZN', 2, 'Mozambique Metical'), ('NAD', 2, 'Namibia Dollar'),
    ('NGN', 2, 'Naira'), ('NIO', 2, 'Cordoba Oro'), ('NOK', 2, 'Norwegian Krone'), ('NPR', 2, 'Nepalese Rupee'),
    ('NZD', 2, 'New Zealand Dollar'), ('OMR', 3, 'Rial Omani'), ('PAB', 2, 'Balboa'), ('PEN', 2, 'Sol'),
    ('PGK', 2, 'Kina'), ('PHP', 2, 'Philippine Peso'), ('PKR', 2, 'Pakistan Rupee'), ('PLN', 2, 'Zloty'),
    ('PYG', 0, 'Guarani'), ('QAR', 2, 'Qatari Rial'), ('RON', 2, 'Romanian Leu'), ('RSD', 2, 'Serbian Dinar'),
    ('RUB', 2, 'Russian Ruble'), ('RWF', 0, 'Rwanda Franc'), ('SAR', 2, 'Saudi Riyal'),
    ('SBD', 2, 'Solomon Islands Dollar'), ('SCR', 2, 'Seychelles Rupee'), ('SDG', 2, 'Sudanese Pound'),
    ('SEK', 2, 'Swedish Krona'), ('SGD', 2, 'Singapore Dollar'), ('SHP', 2, 'Saint Helena Pound'),
    ('SLE', 2, 'Leone'), ('SLL', 2, 'Leone'), ('SOS', 2, 'Somali Shilling'), ('SRD', 2, 'Surinam Dollar'),
    ('SSP', 2, 'South Sudanese Pound'), ('STN', 2, 'Dobra'), ('SVC', 2, 'El Salvador Colon'),
    ('SYP', 2, 'Syrian Pound'), ('SZL', 2, 'Lilangeni'), ('THB', 2, 'Baht'), ('TJS', 2, 'Somoni'),
    ('TMT', 2, 'Turkmenistan New Manat'), ('TND', 3, 'Tunisian Dinar'), ('TOP', 2, 'Pa’anga'),
    ('TRY', 2, 'Turkish Lira'), ('TTD', 2, 'Trinidad and Tobago Dollar'), ('TWD', 2, 'New Taiwan Dollar'),
    ('TZS', 2, 'Tanzanian Shilling'), ('UAH', 2, 'Hryvnia'), ('UGX', 0, 'Uganda Shilling'), ('USD', 2, 'US Dollar'),
    ('USN', 2, 'US Dollar (Next day)'), ('UYI', 0, 'Uruguay Peso en Unidades Indexadas (UI)'),
    ('UYU', 2, 'Peso Uruguayo'), ('UYW', 4, 'Unidad Previsional'), ('UZS', 2, 'Uzbekistan Sum'),
    ('VED', 2, 'Bolívar Soberano'), ('VES', 2, 'Bolívar Soberano'), ('VND', 0, 'Dong'), ('VUV', 0, 'Vatu'),
    ('WST', 2, 'Tala'), ('XAF', 0, 'CFA Franc BEAC'), ('XCD', 2, 'East Caribbean Dollar'),
    ('XCG', 2, 'Caribbean Guilder'), ('XOF', 0, 'CFA Franc BCEAO'), ('XPF', 0, 'CFP Franc'),
    ('YER', 2, 'Yemeni Rial'), ('ZAR', 2, 'Rand'), ('ZMW', 2, 'Zambian Kwacha'), ('ZWG', 2, 'Zimbabwe Gold'),
    ('ZWL', 2, 'Zimbabwe Dollar');
UPDATE analytics.currencies SET is_default = true WHERE currency = 'CAD';

ALTER TABLE analytics.locations
    ADD COLUMN currency text,
    ADD CONSTRAINT locations_currency_known FOREIGN KEY (currency) REFERENCES analytics.currencies (currency);
COMMENT ON COLUMN analytics.locations.currency IS
    'The currency in which it sells, e.g. CAD; null means the default currency.';

CREATE TABLE analytics.currency_thresholds (
    name     text    NOT NULL,
    currency text    NOT NULL,
    value    numeric NOT NULL,
    CONSTRAINT currency_thresholds_pkey PRIMARY KEY (name, currency),
    CONSTRAINT currency_thresholds_name_known FOREIGN KEY (name) REFERENCES analytics.thresholds (name),
    CONSTRAINT currency_thresholds_currency_known FOREIGN KEY (currency) REFERENCES analytics.currencies (currency),
    CONSTRAINT currency_thresholds_value_not_negative CHECK (value >= 0)
);
COMMENT ON TABLE analytics.currency_thresholds IS
    'Thresholds of money that have a value of their own in a currency: see analytics.money_threshold(). At first those of currencies whose cash is rounded to a coin of many of its smallest units.';
COMMENT ON COLUMN analytics.currency_thresholds.name IS 'The threshold, as in thresholds: premium_order, rounding_legal or rounding_most.';
COMMENT ON COLUMN analytics.currency_thresholds.currency IS 'The currency.';
COMMENT ON COLUMN analytics.currency_thresholds.value IS 'Its value in units of this currency.';
-- Half of the coin that cash is rounded to, and the whole coin.
INSERT INTO analytics.currency_thresholds (name, currency, value)
SELECT t.name, c.currency, t.coins * c.coin
FROM (VALUES ('CZK', 1), ('DKK', 0.5), ('NOK', 1), ('SEK', 1), ('HUF', 5), ('COP', 50), ('IDR', 100), ('IQD', 250),
    ('LBP', 1000), ('MMK', 50), ('PYG', 50), ('RUB', 1), ('TZS', 50), ('UGX', 50), ('VND', 1000)) AS c (currency, coin)
CROSS JOIN (VALUES ('rounding_legal', 0.5), ('rounding_most', 1)) AS t (name, coins);
COMMENT ON COLUMN analytics.thresholds.value IS
    'The limit. That of an amount of money is for a currency with two decimals: see analytics.money_threshold().';

ALTER TABLE analytics.order_items ADD COLUMN currency text;
COMMENT ON COLUMN analytics.order_items.currency IS 'The currency of the prices (ISO 4217), as the event states it; null where it states none: then that of the order.';
ALTER TABLE analytics.order_discounts ADD COLUMN currency text;
COMMENT ON COLUMN analytics.order_discounts.currency IS 'The currency of the amount (ISO 4217), as the event states it; null where it states none: then that of the order.';
ALTER TABLE analytics.service_charges ADD COLUMN currency text;
COMMENT ON COLUMN analytics.service_charges.currency IS 'The currency of the amount (ISO 4217), as the event states it; null where it states none: then that of the order.';
ALTER TABLE analytics.payments ADD COLUMN currency text;
COMMENT ON COLUMN analytics.payments.currency IS 'The currency of the amounts (ISO 4217), as the event states it; null where it states none: then that of the order.';
ALTER TABLE analytics.refunds ADD COLUMN currency text;
COMMENT ON COLUMN analytics.refunds.currency IS 'The currency of the amount (ISO 4217), as the event states it; null where it states none: then that of the order.';
ALTER TABLE analytics.menu_item_changes ADD COLUMN currency text;
COMMENT ON COLUMN analytics.menu_item_changes.currency IS 'The currency of price and cost (ISO 4217), as the event states it; null where it states none: then the default currency.';

-- The rollups are emptied, and the next refresh fills them by currency: until then the views read the tables. The refresh of
-- the version before does not know the currency: until the functions of this version are there, there is none.
DROP FUNCTION IF EXISTS analytics.refresh_rollups();
DELETE FROM raw_data.repeatables WHERE name = 'analytics/refresh_rollups'; -- its file is the same, and is applied again
UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
DELETE FROM analytics.rollup_invalidations;
TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_sales, analytics.rollup_payment_hours,
    analytics.rollup_payment_days, analytics.rollup_menu_hours, analytics.rollup_menu, analytics.rollup_feedback_hours,
    analytics.rollup_feedback_days, analytics.rollup_cash_hours, analytics.rollup_movement_hours,
    analytics.rollup_movement_days, analytics.rollup_bill_hours, analytics.rollup_bill_days, analytics.rollup_bills,
    analytics.rollup_held_hours;

ALTER TABLE analytics.rollup_sales_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_sales_hours_once,
    ADD CONSTRAINT rollup_sales_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, service_type, business_date, daypart, city, currency);
COMMENT ON COLUMN analytics.rollup_sales_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_sales_days
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_sales_days_once,
    ADD CONSTRAINT rollup_sales_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, daypart, city, currency);
COMMENT ON COLUMN analytics.rollup_sales_days.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_sales
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_sales_once,
    ADD CONSTRAINT rollup_sales_once UNIQUE NULLS NOT DISTINCT (location_code, city, currency);
COMMENT ON COLUMN analytics.rollup_sales.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_payment_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_payment_hours_once,
    ADD CONSTRAINT rollup_payment_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, business_date, method, provider, currency);
COMMENT ON COLUMN analytics.rollup_payment_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_payment_days
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_payment_days_once,
    ADD CONSTRAINT rollup_payment_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, method, provider, currency);
COMMENT ON COLUMN analytics.rollup_payment_days.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_menu_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_menu_hours_once,
    ADD CONSTRAINT rollup_menu_hours_once UNIQUE NULLS NOT DISTINCT (hour, category, item_name, currency);
COMMENT ON COLUMN analytics.rollup_menu_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_menu
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_menu_once,
    ADD CONSTRAINT rollup_menu_once UNIQUE NULLS NOT DISTINCT (category, item_name, currency);
COMMENT ON COLUMN analytics.rollup_menu.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_cash_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_cash_hours_once,
    ADD CONSTRAINT rollup_cash_hours_once PRIMARY KEY (business_date, location_code, hour, currency);
COMMENT ON COLUMN analytics.rollup_cash_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_movement_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_movement_hours_once,
    ADD CONSTRAINT rollup_movement_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, business_date, method, currency);
COMMENT ON COLUMN analytics.rollup_movement_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_movement_days
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_movement_days_once,
    ADD CONSTRAINT rollup_movement_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, method, currency);
COMMENT ON COLUMN analytics.rollup_movement_days.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_bill_hours
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_bill_hours_once,
    ADD CONSTRAINT rollup_bill_hours_once PRIMARY KEY (location_code, hour, service_type, business_date, daypart, currency);
COMMENT ON COLUMN analytics.rollup_bill_hours.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_bill_days
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_bill_days_once,
    ADD CONSTRAINT rollup_bill_days_once PRIMARY KEY (business_date, location_code, daypart, currency);
COMMENT ON COLUMN analytics.rollup_bill_days.currency IS 'The currency of its sums.';
ALTER TABLE analytics.rollup_bills
    ADD COLUMN currency text NOT NULL,
    DROP CONSTRAINT rollup_bills_once,
    ADD CONSTRAINT rollup_bills_once PRIMARY KEY (location_code, currency);
COMMENT ON COLUMN analytics.rollup_bills.currency IS 'The currency of its sums.';

-- A text that is no currency was valid before, and is null in the table.
UPDATE analytics.event_types SET checked_fields = checked_fields || '{"currency": "text?"}'
WHERE event_type IN ('menu_item_changed', 'discount_applied', 'service_charge_added');

-- A charge of so many percent of a bill of 0 is 0.
ALTER TABLE analytics.order_discounts
    DROP CONSTRAINT order_discounts_amount_positive,
    ADD CONSTRAINT order_discounts_amount_not_negative CHECK (amount >= 0);
COMMENT ON COLUMN analytics.order_discounts.amount IS 'How much less.';
ALTER TABLE analytics.service_charges
    DROP CONSTRAINT service_charges_amount_positive,
    ADD CONSTRAINT service_charges_amount_not_negative CHECK (amount >= 0);
COMMENT ON COLUMN analytics.service_charges.amount IS 'How much.';
UPDATE analytics.event_types SET checked_fields = checked_fields || '{"amount": "money"}'
WHERE event_type IN ('discount_applied', 'service_charge_added');
