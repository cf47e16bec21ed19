import { azureToken } from '../../lib/adapters/live/azure-token.ts';
import { edgesTo } from './live-edges.ts';

const [, , sts = '', entra = '', tenant = '', client = ''] = process.argv;

/** Writes the token that a process gets from servers of a test in place of AWS STS and Microsoft Entra, or why it gets none. */
const edges = edgesTo(sts, {
  options: { ...(tenant && { tenant }), ...(client && { client }) },
  rewrite: (url) => (url.includes('amazonaws.com') ? sts : entra),
});
const said = await azureToken('https://management.azure.com/.default', edges).catch(
  (error: Error) => `${error.name}: ${error.message}`,
);
process.stdout.write(said);
