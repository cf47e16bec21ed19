-- The only place in SQL that knows how many joules make a kilowatt hour.
CREATE OR REPLACE TEMP MACRO joules_to_kwh(energy_joules) AS energy_joules / 3600000;
-- Energy of a power over a time: E (J) = P (W) x t (h) x 3600.
CREATE OR REPLACE TEMP MACRO watt_hours_to_joules(watt_hours) AS watt_hours * 3600;
-- Emissions of electricity in grams, exact per row: activity data times emission factor (GHG Protocol).
CREATE OR REPLACE TEMP MACRO emissions_gco2e(energy_joules, carbon_intensity_gco2e_per_kwh) AS
    (joules_to_kwh(energy_joules::DOUBLE) * carbon_intensity_gco2e_per_kwh)::DECIMAL(28,6);
-- One piece of a total that is cut at the cumulative fractions `lower` and `upper` (0 to 1). The pieces of a whole cut
-- telescope: they add up to the total exactly, whatever the order.
CREATE OR REPLACE TEMP MACRO money_below(total, fraction) AS
    CASE WHEN fraction <= 0 THEN 0::DECIMAL(28,12) WHEN fraction >= 1 THEN total::DECIMAL(28,12) ELSE (total::DOUBLE * fraction)::DECIMAL(28,12) END;
CREATE OR REPLACE TEMP MACRO slice_money(total, lower, upper) AS money_below(total, upper) - money_below(total, lower);
CREATE OR REPLACE TEMP MACRO energy_below(total, fraction) AS
    CASE WHEN fraction <= 0 THEN 0::DECIMAL(28,6) WHEN fraction >= 1 THEN total::DECIMAL(28,6) ELSE (total::DOUBLE * fraction)::DECIMAL(28,6) END;
CREATE OR REPLACE TEMP MACRO slice_energy(total, lower, upper) AS energy_below(total, upper) - energy_below(total, lower);
-- The fractions at which a line's piece of a whole begins and ends, by the exact sum of the weights up to it, its own included. The first begins
-- at 0 and the last ends at 1, whatever the division leaves; of weights that come to nothing the first line has all.
CREATE OR REPLACE TEMP MACRO lower_cut(line_number, up_to_here, own, total) AS
    CASE WHEN line_number = 1 THEN 0 WHEN total > 0 THEN (up_to_here - own)::DOUBLE / total::DOUBLE ELSE 1 END;
CREATE OR REPLACE TEMP MACRO upper_cut(line_number, line_count, up_to_here, total) AS
    CASE WHEN line_number = line_count THEN 1 WHEN total > 0 THEN up_to_here::DOUBLE / total::DOUBLE ELSE 1 END;
-- A text with U+FFFD for every NUL: DuckDB reads the texts of an ENUM back as SQL, which a NUL ends.
CREATE OR REPLACE TEMP MACRO without_nul(text) AS replace(text::VARCHAR, chr(0), chr(65533));
-- An id of a resource. Azure compares its own without regard to case and writes one in several: they stand in small letters.
CREATE OR REPLACE TEMP MACRO resource_named(id) AS CASE WHEN id ILIKE '/subscriptions/%' THEN lower(id) ELSE id END;
-- The key of a grid zone as it is compared and shown, NULL for blanks: what is written `de` is DE. Letters beyond a to z, which an own zone may have,
-- stay as they are, since databases and programs disagree on their capitals. `zoneKey` of the settings is its twin.
CREATE OR REPLACE TEMP MACRO zone_key(zone) AS nullif(
    translate(trim(zone, ' ' || chr(9) || chr(160)), 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), '');
-- GB of a managed disk of Azure by the number of its tier (P10, E10 and S10 are of one size): it is billed by the tier.
CREATE OR REPLACE TEMP MACRO managed_disk_gb(tier) AS MAP {
    '1': 4, '2': 8, '3': 16, '4': 32, '6': 64, '10': 128, '15': 256, '20': 512, '30': 1024, '40': 2048,
    '50': 4096, '60': 8192, '70': 16384, '80': 32767
}[tier];
-- One counter in one hour, as a number: what is told of it twice has the same. What does not say when it was read is told apart by its model.
CREATE OR REPLACE TEMP MACRO counter_hour(period_start, resource_id, measure, spans, model_id) AS
    hash(period_start, resource_id, measure, coalesce(spans[1].domain, model_id));
-- How long a counter or several were read, in microseconds: their spans together.
CREATE OR REPLACE TEMP MACRO span_microseconds(spans) AS list_sum(list_transform(spans, lambda span: epoch_us(span.until) - epoch_us(span.since)));
-- From when on an overlap tells of time that no earlier overlap of the same stretch tells of: what two others tell of is told again once.
CREATE OR REPLACE TEMP MACRO since_untold(since, until, stretch) AS greatest(since, coalesce(
    max(until) OVER (PARTITION BY stretch ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), since));
-- Two usage types of AWS beside those of machines in use, also where FOCUS describes them: all that a capacity reservation holds, at no cost
-- (what runs in it and what is left of it have lines of their own), and what is left of it.
CREATE OR REPLACE TEMP MACRO is_reservation_tally(usage_type) AS regexp_matches(usage_type, '(?i)(^|[ -])(reservation|dedicatedres):|per reservation ');
CREATE OR REPLACE TEMP MACRO is_unused_reservation(usage_type) AS regexp_matches(usage_type, '(?i)(^|[ -])unused(box|ded):|per unused reservation ');
-- A capacity reservation of Azure. A machine that runs in it has an id of its own: what bears this one is what is left of it.
CREATE OR REPLACE TEMP MACRO is_azure_reservation(resource_id) AS resource_id ILIKE '%/capacityReservations/%';
-- A premium or a management fee of Google Cloud: its cores, memory and accelerators have lines of their own.
CREATE OR REPLACE TEMP MACRO is_fee_on_machines(sku) AS regexp_matches(sku, '(?i)management fee|\bpremium for .*instance (core|ram)\b');
