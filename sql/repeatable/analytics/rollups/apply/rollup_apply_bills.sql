CREATE OR REPLACE FUNCTION analytics.rollup_apply_bills(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.* FROM analytics.rollup_diff_bills(upto) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'sales' AND h.hour = d.hour AND h.location_code = d.location_code)
    ), hours AS (
        INSERT INTO analytics.rollup_bill_hours AS r (
            hour, location_code, service_type, business_date, daypart, sold_orders, unpriced_items, gross_sales,
            discounts, comps, included_tax, net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected,
            charged_orders, service_charges, counted_orders, guests, sold_guests, guest_sales, currency
        )
        SELECT
            c.hour, c.location_code, c.service_type, c.business_date, c.daypart, sum(c.sold_orders),
            sum(c.unpriced_items), sum(c.gross_sales), sum(c.discounts), sum(c.comps), sum(c.included_tax),
            sum(c.net_sales), sum(c.voids), sum(c.gift_cards), sum(c.paid_orders), sum(c.tax), sum(c.tips),
            sum(c.rounding), sum(c.collected), sum(c.charged_orders), sum(c.service_charges), sum(c.counted_orders),
            sum(c.guests), sum(c.sold_guests), sum(c.guest_sales), c.currency
        FROM c
        GROUP BY c.hour, c.location_code, c.service_type, c.business_date, c.daypart, c.currency
        ON CONFLICT ON CONSTRAINT rollup_bill_hours_once DO UPDATE SET
            sold_orders = r.sold_orders + excluded.sold_orders,
            unpriced_items = r.unpriced_items + excluded.unpriced_items,
            gross_sales = r.gross_sales + excluded.gross_sales,
            discounts = r.discounts + excluded.discounts,
            comps = r.comps + excluded.comps,
            included_tax = r.included_tax + excluded.included_tax,
            net_sales = r.net_sales + excluded.net_sales,
            voids = r.voids + excluded.voids,
            gift_cards = r.gift_cards + excluded.gift_cards,
            paid_orders = r.paid_orders + excluded.paid_orders,
            tax = r.tax + excluded.tax,
            tips = r.tips + excluded.tips,
            rounding = r.rounding + excluded.rounding,
            collected = r.collected + excluded.collected,
            charged_orders = r.charged_orders + excluded.charged_orders,
            service_charges = r.service_charges + excluded.service_charges,
            counted_orders = r.counted_orders + excluded.counted_orders,
            guests = r.guests + excluded.guests,
            sold_guests = r.sold_guests + excluded.sold_guests,
            guest_sales = r.guest_sales + excluded.guest_sales
    ), days AS (
        INSERT INTO analytics.rollup_bill_days AS r (
            business_date, location_code, daypart, sold_orders, unpriced_items, gross_sales, discounts, comps,
            included_tax, net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected, charged_orders,
            service_charges, counted_orders, guests, sold_guests, guest_sales, currency
        )
        SELECT
            c.business_date, c.location_code, c.daypart, sum(c.sold_orders), sum(c.unpriced_items),
            sum(c.gross_sales), sum(c.discounts), sum(c.comps), sum(c.included_tax), sum(c.net_sales), sum(c.voids),
            sum(c.gift_cards), sum(c.paid_orders), sum(c.tax), sum(c.tips), sum(c.rounding), sum(c.collected),
            sum(c.charged_orders), sum(c.service_charges), sum(c.counted_orders), sum(c.guests), sum(c.sold_guests),
            sum(c.guest_sales), c.currency
        FROM c
        GROUP BY c.business_date, c.location_code, c.daypart, c.currency
        ON CONFLICT ON CONSTRAINT rollup_bill_days_once DO UPDATE SET
            sold_orders = r.sold_orders + excluded.sold_orders,
            unpriced_items = r.unpriced_items + excluded.unpriced_items,
            gross_sales = r.gross_sales + excluded.gross_sales,
            discounts = r.discounts + excluded.discounts,
            comps = r.comps + excluded.comps,
            included_tax = r.included_tax + excluded.included_tax,
            net_sales = r.net_sales + excluded.net_sales,
            voids = r.voids + excluded.voids,
            gift_cards = r.gift_cards + excluded.gift_cards,
            paid_orders = r.paid_orders + excluded.paid_orders,
            tax = r.tax + excluded.tax,
            tips = r.tips + excluded.tips,
            rounding = r.rounding + excluded.rounding,
            collected = r.collected + excluded.collected,
            charged_orders = r.charged_orders + excluded.charged_orders,
            service_charges = r.service_charges + excluded.service_charges,
            counted_orders = r.counted_orders + excluded.counted_orders,
            guests = r.guests + excluded.guests,
            sold_guests = r.sold_guests + excluded.sold_guests,
            guest_sales = r.guest_sales + excluded.guest_sales
    )
    INSERT INTO analytics.rollup_bills AS r (
        location_code, sold_orders, unpriced_items, gross_sales, discounts, comps, included_tax, net_sales, voids,
        gift_cards, paid_orders, tax, tips, rounding, collected, charged_orders, service_charges, counted_orders,
        guests, sold_guests, guest_sales, currency
    )
    SELECT
        c.location_code, sum(c.sold_orders), sum(c.unpriced_items), sum(c.gross_sales), sum(c.discounts),
        sum(c.comps), sum(c.included_tax), sum(c.net_sales), sum(c.voids), sum(c.gift_cards), sum(c.paid_orders),
        sum(c.tax), sum(c.tips), sum(c.rounding), sum(c.collected), sum(c.charged_orders), sum(c.service_charges),
        sum(c.counted_orders), sum(c.guests), sum(c.sold_guests), sum(c.guest_sales), c.currency
    FROM c
    GROUP BY c.location_code, c.currency
    ON CONFLICT ON CONSTRAINT rollup_bills_once DO UPDATE SET
        sold_orders = r.sold_orders + excluded.sold_orders,
        unpriced_items = r.unpriced_items + excluded.unpriced_items,
        gross_sales = r.gross_sales + excluded.gross_sales,
        discounts = r.discounts + excluded.discounts,
        comps = r.comps + excluded.comps,
        included_tax = r.included_tax + excluded.included_tax,
        net_sales = r.net_sales + excluded.net_sales,
        voids = r.voids + excluded.voids,
        gift_cards = r.gift_cards + excluded.gift_cards,
        paid_orders = r.paid_orders + excluded.paid_orders,
        tax = r.tax + excluded.tax,
        tips = r.tips + excluded.tips,
        rounding = r.rounding + excluded.rounding,
        collected = r.collected + excluded.collected,
        charged_orders = r.charged_orders + excluded.charged_orders,
        service_charges = r.service_charges + excluded.service_charges,
        counted_orders = r.counted_orders + excluded.counted_orders,
        guests = r.guests + excluded.guests,
        sold_guests = r.sold_guests + excluded.sold_guests,
        guest_sales = r.guest_sales + excluded.guest_sales;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_bills(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_diff_bills() before an instant to the rollups, except held hours.';
