SELECT 'servers' AS source_id, * FROM (VALUES
    ('chat-0', 'requests', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('chat-0', 'requests', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 06:01:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}]),
    ('chat-0', 'requests', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 09:30:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('chat-1', 'requests', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 05:10:00'}]),
    ('chat-1', 'requests', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 05:40:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('chat-0', 'output_tokens', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('chat-0', 'output_tokens', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 06:00:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}]),
    ('chat-0', 'output_tokens', 'llama', [{'domain': 'd', 'since': TIMESTAMP '2026-06-01 10:00:00', 'until': TIMESTAMP '2026-06-01 11:00:00'}]),
    ('chat-0', 'queued_requests', 'llama', NULL)
) AS given (resource_id, measure, model_id, spans)
