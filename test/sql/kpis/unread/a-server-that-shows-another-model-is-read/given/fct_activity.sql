SELECT 'agents' AS source_id, 'requests' AS measure, * FROM (VALUES
    ('host', 'llama', [{'domain': '{framework=vllm, model_name=llama, target=http://a}', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('host', 'code', [{'domain': '{framework=vllm, model_name=code, target=http://a}', 'since': TIMESTAMP '2026-06-01 06:00:00', 'until': TIMESTAMP '2026-06-01 09:00:00'}]),
    ('host', 'llama', [{'domain': '{framework=vllm, model_name=llama, target=http://a}', 'since': TIMESTAMP '2026-06-01 09:00:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('host', 'code', [{'domain': '{framework=vllm, model_name=code, target=http://a}', 'since': TIMESTAMP '2026-06-01 09:00:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('host', 'llama', [{'domain': '{framework=vllm, model_name=llama, target=http://a}', 'since': TIMESTAMP '2026-06-01 11:00:00', 'until': TIMESTAMP '2026-06-01 12:00:00'}]),
    ('host', 'code', [{'domain': '{framework=vllm, model_name=code, target=http://a}', 'since': TIMESTAMP '2026-06-01 11:00:00', 'until': TIMESTAMP '2026-06-01 12:00:00'}]),
    ('host', 'vision', [{'domain': '{framework=vllm, model_name=vision, target=http://b}', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('host', 'vision', [{'domain': '{framework=vllm, model_name=vision, target=http://b}', 'since': TIMESTAMP '2026-06-01 08:00:00', 'until': TIMESTAMP '2026-06-01 09:00:00'}]),
    ('host', NULL, [{'domain': '{framework=vllm, model_name=None, target=http://c}', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('host', NULL, [{'domain': '{framework=vllm, model_name=None, target=http://c}', 'since': TIMESTAMP '2026-06-01 06:30:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}])
) AS given (resource_id, model_id, spans)
