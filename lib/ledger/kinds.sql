-- Step    kind: what standings of one kind have in common
-- Grain   kind of standing
-- Reads   standing
CREATE OR REPLACE TEMP TABLE kind AS
SELECT DISTINCT
    standing_kind, region_label, scope, site, grid_zone, pue IS NULL AS lacks_pue, factor_id, residual_factor_id, pue_u95_ratio, factor_u95_ratio
FROM standing
