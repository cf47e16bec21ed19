import type { Renderers } from '../pipeline/stage.ts';

/** Renderers that load their packages when they are first called: a month without a page pays nothing for them. */
export function lazyRenderers(): Renderers {
  const pdf = once(async () => (await import('./typst-pdf.ts')).openTypst());
  const chart = once(async () => (await import('./vega-charts.ts')).openVegaCharts());
  return {
    pdf: async (main, files, publishedAt) => (await pdf())(main, files, publishedAt),
    chart: async (specification) => (await chart())(specification),
  };
}

function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
