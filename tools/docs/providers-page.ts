import type { LiveProvider } from '../../lib/sources/live.ts';
import { PROVIDERS } from '../../lib/sources/live-catalogue.ts';
import { code, page, plain, table } from './markdown.ts';

const READING = `A source of the settings has a \`path\`, or \`live\` with one of these providers. Its answers land as they came, under the
name of the question, and the receipt says what was asked. An answer that is final is not asked for again; one that changed
lands as a second version. A provider that stays silent is asked again by the state machine, and is a gap of the month in
the end: what it did answer has landed by then, and the disclosure names the days, accounts or scopes that it lacks.

    sources:
      - id: grid-ie
        kind: grid
        live:
          provider: electricity-maps
          secret: { env: ELECTRICITY_MAPS_TOKEN }
          options: { zone: IE, emission_factor_type: direct }

A secret stands in an environment variable (\`env\`), in a file (\`file\`) or in AWS Secrets Manager (\`secrets_manager\`, with
\`#key\` for one key of a JSON secret); the settings name it and never hold it. It is read anew when a provider refuses it, so
that a rotation needs no restart. \`joulebook doctor\` says whether it is there and whether the hosts can be reached.`;

const EGRESS = `## Egress

Hosts that the collection speaks to over HTTPS (port 443), for a firewall that lets out what is listed. Words in angle
brackets stand for what the settings say. Beside them: the AWS endpoints of the stack itself, and that of Secrets Manager where a
secret stands there.`;

/** `docs/providers.md`: who can be asked, with what options and secret, and the hosts that must be reachable. */
export function providersPage(): string {
  const providers: readonly LiveProvider[] = [...PROVIDERS].sort((a, b) => (a.id < b.id ? -1 : 1));
  const overview = table(
    ['provider', 'kind', 'what it gives', 'secret', 'price of a call'],
    providers.map((each) => [
      `[${code(each.id)}](#${each.id})`,
      `[${code(each.kind)}](sources.md#${each.kind})`,
      plain(each.about),
      each.needsSecret ? 'needed' : 'none',
      each.usdPerCall === undefined ? 'none' : `${each.usdPerCall} USD`,
    ]),
  );
  const egress = table(['host', 'providers'], egressRows(providers));
  return page('Providers', '`lib/sources/*/live/`', [READING, overview, ...providers.map(article), EGRESS, egress]);
}

function article({ id, about, reference, options, egress }: LiveProvider): string {
  const rows = Object.entries(options).map(([name, option]) => [
    code(name),
    plain(option.about),
    option.required ? 'required' : 'may be left out',
    option.words?.map(code).join(', ') ?? 'text',
  ]);
  const asked = rows.length > 0 ? table(['option', 'meaning', '', 'allowed'], rows) : 'It has no options.';
  const hosts = egress.map(code).join(', ') || 'none: no network is needed';
  return [`## ${id}`, `${plain(about)}.`, asked, `Reference: ${plain(reference)}. Hosts: ${hosts}.`].join('\n\n');
}

function egressRows(providers: readonly LiveProvider[]): string[][] {
  const hosts = [...new Set(providers.flatMap(({ egress }) => egress))].sort();
  return hosts.map((host) => [
    code(host),
    providers
      .filter(({ egress }) => egress.includes(host))
      .map(({ id }) => id)
      .join(', '),
  ]);
}
