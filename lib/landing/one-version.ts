import type { OneVersion } from '../sources/source.ts';
import type { Receipt } from './receipt.ts';

interface Said {
  readonly origin: string;
  /** Versions that the file, or what the manifest names, may be. */
  readonly versions: readonly string[];
}

/**
 * What is wrong with the current files and manifests of one source, of which two tell of the same charges in two versions; undefined
 * where nothing is. A pure function of the set: the order of landing does not matter.
 */
export function mixedVersions(receipts: readonly Receipt[], rule: OneVersion): string | undefined {
  const said = saidIn(receipts, rule);
  for (const one of said) {
    const other = said.find(({ versions }) => !versions.some((version) => one.versions.includes(version)));
    if (other) return `${wordsOf(one)} and ${wordsOf(other)}, which tell of the same use`;
  }
  return undefined;
}

/** Which versions the files and manifests of one source are of, sorted: `actual costs`, or `actual costs or amortised costs` where no row tells. */
export function versionsIn(receipts: readonly Receipt[], rule: OneVersion): string[] {
  return [...new Set(saidIn(receipts, rule).map(({ versions }) => versions.join(' or ')))].sort();
}

function saidIn(receipts: readonly Receipt[], rule: OneVersion): Said[] {
  const manifests = receipts.filter(({ delivery }) => rule.of_dataset[delivery?.dataset ?? '']);
  const told = new Set(manifests.flatMap(({ delivery }) => delivery?.files ?? []));
  return receipts
    .filter(({ origin }) => !told.has(origin))
    .flatMap((receipt) => versionsOf(receipt, rule))
    .sort((a, b) => (a.origin < b.origin ? -1 : 1));
}

function versionsOf({ origin, delivery, provider_version }: Receipt, { of_dataset, unsaid }: OneVersion): Said[] {
  if (!delivery) return [{ origin, versions: provider_version ? [provider_version] : unsaid }];
  const version = of_dataset[delivery.dataset ?? ''];
  return version ? [{ origin, versions: [version] }] : [];
}

function wordsOf({ origin, versions }: Said): string {
  return `${versions.join(' or ')} (${origin})`;
}
