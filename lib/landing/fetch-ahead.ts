import type { Fetched, Offer, Origin } from './origin.ts';

/**
 * An origin for files that are fetched one after the other: while one is checked and kept, the next is on its way. What goes
 * wrong with a file is told when its turn comes.
 */
export function fetchingAhead(origin: Origin, offers: readonly Offer[]): Origin {
  let ahead: { readonly offer: Offer; readonly fetched: Promise<Fetched> } | undefined;
  const start = (offer: Offer) => {
    const fetched = origin.fetch(offer);
    fetched.catch(() => undefined);
    return { offer, fetched };
  };
  return {
    list: () => origin.list(),
    fetch: async (offer) => {
      const fetched = await (ahead?.offer === offer ? ahead.fetched : origin.fetch(offer));
      const next = offers[offers.indexOf(offer) + 1];
      ahead = next && start(next);
      return fetched;
    },
  };
}
