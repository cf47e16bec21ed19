-- Fact    fct_activity: requests and tokens of Bedrock models and SageMaker endpoints
-- Unit    pieces
-- Grain   hour x region x namespace x subject x measure
-- Reads   landed (aws-cloudwatch/open.sql)
-- Variants of an endpoint are added up. A model that is called through its ARN bears the name at the ARN's end.
SELECT
    hour_start AS period_start,
    regexp_replace(subject, '^arn:.*/', '') AS resource_id,
    measure,
    sum(quantity) AS quantity,
    CASE WHEN namespace LIKE 'AWS/Bedrock%' THEN regexp_replace(subject, '^arn:.*/', '') END AS model_id,
    'inference' AS workload_type,
    MAP {'region': region, 'namespace': namespace} AS tags
FROM landed
WHERE label IS NOT NULL
GROUP BY ALL
ORDER BY ALL
