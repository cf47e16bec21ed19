import { agentMetricsPage } from './agent-metrics.ts';
import { alarmsPage } from './alarms-page.ts';
import { dataDictionary } from './data-dictionary.ts';
import { kpiCatalogue } from './kpi-catalogue.ts';
import { providersPage } from './providers-page.ts';
import { settingsPage } from './settings-page.ts';
import { settingsSchemaText } from './settings-schema.ts';
import { sourcesPage } from './sources-page.ts';

/** Every generated document by its path below the root: text that ends with one newline. The same code gives the same bytes. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  'docs/agent/metrics.md': agentMetricsPage(),
  'docs/alarms.md': alarmsPage(),
  'docs/data-dictionary.md': dataDictionary(),
  'docs/kpi-catalogue.md': kpiCatalogue(),
  'docs/providers.md': providersPage(),
  'docs/settings.md': settingsPage(),
  'docs/settings.schema.json': settingsSchemaText(),
  'docs/sources.md': sourcesPage(),
};
