import { readSettings } from '../lib/settings/settings.ts';
import { tinySettings } from './support/tiny-company.ts';

const EM = {
  provider: 'electricity-maps',
  secret: { env: 'EM' },
  options: { zone: 'IE', emission_factor_type: 'direct' },
};

const settingsWith = (source: unknown) => tinySettings({ sources: [source] });

/** The faults of a settings file with one source, without the line that names the file. */
function faultsOf(source: Readonly<Record<string, unknown>>): string[] {
  try {
    readSettings(settingsWith({ id: 'grid', kind: 'grid', ...source }), 'joulebook.yaml');
    return [];
  } catch (error) {
    const [, ...faults] = String(error).split('\n');
    return faults.map((fault) => fault.trim());
  }
}

test('a source that is asked has a provider, its secret by name, its options and a bound of its calls', () => {
  const settings = readSettings(settingsWith({ id: 'grid', kind: 'grid', live: EM }), 'joulebook.yaml');
  expect(settings.sources[0]?.live).toEqual({ ...EM, max_calls: 200 });
});

test('a source has a path or a provider', () => {
  expect(faultsOf({})).toEqual(['sources[0].path: expected a path, or `live` with a provider, got nothing']);
  expect(faultsOf({ path: './grid', live: EM })).toEqual([
    'sources[0].path: expected no path beside `live`, got "./grid"',
  ]);
});

test('a provider answers for its own kind of source', () => {
  expect(faultsOf({ kind: 'aws-cur2', live: EM })).toEqual([
    'sources[0].kind: expected grid, which electricity-maps answers, got "aws-cur2"',
  ]);
});

test('a provider that is not known is told with those that are', () => {
  expect(faultsOf({ live: { provider: 'oracle' } })[0]).toMatch(
    /^sources\[0\]\.live\.provider: expected one of .*electricity-maps.*uk-carbon-intensity.*, got "oracle"$/,
  );
});

test('options are those of the provider', () => {
  const faults = (options: unknown) => faultsOf({ live: { ...EM, options } });
  expect(faults({ zone: 'IE' })).toEqual([
    'sources[0].live.options.emission_factor_type: expected direct for Scope 2, lifecycle with the upstream, got nothing',
  ]);
  expect(faults({ zone: 'IE', emission_factor_type: 'marginal' })).toEqual([
    'sources[0].live.options.emission_factor_type: expected one of direct, lifecycle, got "marginal"',
  ]);
  expect(faults({ ...EM.options, city: 'Cork' })).toEqual([
    'sources[0].live.options.city: expected an option of electricity-maps (emission_factor_type, zone, data_center_provider, data_center_region), got "Cork"',
  ]);
});

test('a zone is named, or a data centre by both its names', () => {
  const place = 'expected zone, or data_center_provider and data_center_region';
  const faults = (options: object) =>
    faultsOf({ live: { ...EM, options: { emission_factor_type: 'direct', ...options } } });
  expect(faults({})).toEqual([`sources[0].live.options: ${place}, got {"emission_factor_type":"direct"}`]);
  expect(faults({ data_center_provider: 'aws' })[0]).toContain(place);
  expect(faults({ zone: 'IE', data_center_region: 'eu-west-1' })[0]).toContain(place);
  expect(faults({ data_center_provider: 'aws', data_center_region: 'eu-west-1' })).toEqual([]);
});

test('a secret is one name, and there where the provider asks for it', () => {
  expect(faultsOf({ live: { ...EM, secret: undefined } })).toEqual([
    'sources[0].live.secret: expected a secret, which electricity-maps asks for, got nothing',
  ]);
  expect(faultsOf({ live: { ...EM, secret: { env: 'A', file: 'b' } } })).toEqual([
    'sources[0].live.secret: expected exactly one of env, file, secrets_manager, got what is not repeated here',
  ]);
});

test('a secret that stands in the settings itself is not quoted', () => {
  const planted = 'planted-secret-5e1f';
  const secrets = [planted, { env: planted }, { value: planted }, { env: 'A', token: planted }];
  const sources = [
    ...secrets.map((secret) => ({ live: { ...EM, secret } })),
    { live: { ...EM, token: planted } },
    { live: { ...EM, options: { token: planted } } },
    { path: './grid', token: planted },
    { path: './grid', live: { ...EM, secret: planted } },
  ];
  for (const source of sources) {
    const faults = faultsOf(source);
    expect(faults).not.toEqual([]);
    expect(faults.join('\n')).not.toContain(planted);
  }
});
