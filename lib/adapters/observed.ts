import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';

import { FUNCTIONS_NAMESPACE, functionPoint } from './function-metrics.ts';
import { traceFunction } from './lambda-traces.ts';
import { publishInLog } from './metrics-in-log.ts';

/**
 * A function as Lambda calls it, the one way for all of them: it logs what it is asked and what it answers, tells the counts
 * of its answer, its memory and a cold start as metrics, and traces itself and its calls.
 */
export function observed<Input, Answer>(
  work: (input: Input, logger: Logger) => Promise<Answer>,
): (input: Input, context: Context) => Promise<Answer> {
  const logger = new Logger();
  const metrics = new Metrics({ namespace: FUNCTIONS_NAMESPACE });
  return (input, context) =>
    traceFunction(input, async () => {
      logger.addContext(context);
      logger.info('Begins', { input });
      metrics.setDefaultDimensions({ FunctionName: context.functionName });
      metrics.captureColdStartMetric();
      const answer = await work(input, logger);
      logger.info('Done', { answer });
      await publishInLog([functionPoint(answer, context.functionName)]);
      return answer;
    });
}
