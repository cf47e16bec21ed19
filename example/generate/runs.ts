import { LEEDS_HOST, RUNS } from './company.ts';
import { writeText } from './folder.ts';
import { hourIso } from './month.ts';

/** The two training runs as a tracker would export them: one goal, the first attempt failed. */
export async function writeRuns(folder: string): Promise<void> {
  const runs = RUNS.map((run) => ({
    run_id: run.run_id,
    solution_id: 'code-22b-2026-06',
    started_at: hourIso(run.from),
    ended_at: hourIso(run.to),
    outcome: run.outcome,
    target_metric: 'eval_loss',
    target_value: run.eval_loss,
    project: 'code',
    model_id: 'code-22b',
    workload_type: 'training',
    workload_id: run.run_id,
    host: LEEDS_HOST,
  }));
  await writeText(folder, 'runs/runs.json', `${JSON.stringify({ runs }, null, 2)}\n`);
}
