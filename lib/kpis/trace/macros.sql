-- Whether a line belongs to the figure that is traced: a total takes all, a cut the lines of its one dimension and value.
CREATE OR REPLACE TEMP MACRO is_traced(provider_name, region_id, scope, project, model_id, workload_type, workload_id) AS
    CASE getvariable('traced_dimension')
        WHEN 'provider' THEN provider_name IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'region' THEN region_id IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'scope' THEN scope IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'project' THEN project IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'model_id' THEN model_id IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'workload_type' THEN workload_type IS NOT DISTINCT FROM getvariable('traced_value')
        WHEN 'workload_id' THEN workload_id IS NOT DISTINCT FROM getvariable('traced_value')
        ELSE getvariable('traced_dimension') IS NULL
    END;
