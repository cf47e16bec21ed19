-- Fact    fct_cost: one row a line item of an AWS Cost and Usage Report, in FOCUS words
-- Unit    billing currency; usage in pricing units
-- Grain   line item
-- Reads   charge (charge.sql)
-- FOCUS bills no usage that a plan covers: what takes its price on demand back bears what is left of both in the month, mostly nothing.
-- Usage counts once: negations, recurring fees, taxes and credits carry money and no quantity.
SELECT
    *, -- charge_category, energy_driver and tags as the charge says them
    'AWS' AS provider_name,
    nullif(bill_payer_account_id, '') AS billing_account_id,
    nullif(line_item_usage_account_id, '') AS sub_account_id,
    coalesce(nullif(product_region_code, ''), zone_region_id) AS region_id,
    line_item_product_code AS service_name,
    nullif(line_item_resource_id, '') AS resource_id,
    coalesce(instance_type, model, CASE WHEN energy_driver IN ('output_tokens', 'input_tokens') THEN line_item_usage_type END) AS resource_type,
    nullif(product_sku, '') AS sku_id,
    line_item_usage_start_date AS charge_period_start,
    line_item_usage_end_date AS charge_period_end,
    CASE WHEN is_usage THEN line_item_usage_amount END AS consumed_quantity,
    coalesce(nullif(pricing_unit, ''), line_item_usage_type) AS consumed_unit,
    CASE
        WHEN getvariable('plan_remainder_ratio') IS NULL THEN line_item_unblended_cost
        WHEN is_covered_by_plan THEN 0
        WHEN is_plan_negation THEN line_item_unblended_cost * getvariable('plan_remainder_ratio')::DOUBLE
        ELSE line_item_unblended_cost
    END AS billed_cost,
    CASE
        -- A report that leaves the plans' columns out tells what use costs by their fees alone
        WHEN is_covered_by_plan THEN coalesce(
            savings_plan_savings_plan_effective_cost,
            CASE WHEN getvariable('plan_remainder_ratio') IS NULL THEN line_item_unblended_cost ELSE 0 END
        )
        WHEN is_reserved THEN coalesce(reservation_effective_cost, line_item_unblended_cost)
        WHEN is_spread_over_usage THEN 0
        WHEN is_plan_fee THEN
            coalesce(savings_plan_total_commitment_to_date - coalesce(savings_plan_used_commitment, 0), line_item_unblended_cost)
        WHEN is_reservation_fee THEN
            -- Of a reservation without the one or the other that part is left empty
            coalesce(
                reservation_unused_amortized_upfront_fee_for_billing_period + coalesce(reservation_unused_recurring_fee, 0),
                reservation_unused_recurring_fee,
                line_item_unblended_cost
            )
        ELSE line_item_unblended_cost
    END AS effective_cost,
    CASE WHEN is_usage THEN pricing_public_on_demand_cost END AS list_cost,
    line_item_currency_code AS billing_currency,
    line_item_usage_amount * driver_units AS driver_quantity
FROM charge
