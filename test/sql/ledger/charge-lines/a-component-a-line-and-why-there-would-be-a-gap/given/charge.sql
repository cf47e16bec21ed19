SELECT
    number AS charge_number, expected::settled_as AS expected, 'AWS' AS provider_name, NULL::VARCHAR AS sub_account_id, 'eu-west-1' AS region_id,
    NULL::VARCHAR AS service_name, resource_id, resource_type, energy_driver, 'USD' AS billing_currency, project, NULL::VARCHAR AS model_id,
    NULL::VARCHAR AS workload_type, NULL::VARCHAR AS workload_id, 'Hrs' AS consumed_unit
FROM (
    VALUES
        (1, 'energy', 'i-1', 'm5.large', 'instance_hours', 'chat'),
        (2, 'energy', 'i-2', 'zz9.large', 'instance_hours', NULL),
        (3, 'energy', 'i-3', NULL, 'unheard-of', NULL),
        (4, 'energy', 'i-4', 'trn1.2xlarge', 'instance_hours', NULL),
        (5, 'gap', 'q', NULL, NULL, NULL),
        (6, 'no_energy', 'q', NULL, 'none', 'chat'),
        (7, 'energy', 'watched-1', 'm5.large', 'instance_hours', NULL),
        (8, 'energy', 'cr-1', 'p5.48xlarge', 'unused_capacity_hours', NULL)
) AS billed (number, expected, resource_id, resource_type, energy_driver, project)
