import type { Annex } from '../disclosure/annex.ts';

/**
 * Whether an annex made at a later moment says what the kept one says: the same evidence, figures, gaps and status. Only the moment
 * itself differs, and the words that name it.
 */
export function saysNothingNew(kept: Annex, later: Annex): boolean {
  return later.meta.as_of >= kept.meta.as_of && JSON.stringify(timeless(later)) === JSON.stringify(timeless(kept));
}

function timeless({ meta, ...said }: Annex) {
  const status_reasons = meta.status_reasons.map((reason) => reason.replace(/^as of [\d-]+, /, ''));
  return { ...said, meta: { ...meta, as_of: '', published_at: '', status_reasons } };
}
