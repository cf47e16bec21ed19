import type { Annex } from './annex.ts';
import { printMoment, printPeriod } from './dates.ts';
import type { Source } from './figure-table.ts';
import type { Cover, Report } from './report.ts';
import {
  evidenceSection,
  frameworksSection,
  instrumentsSection,
  methodSection,
  qualitySection,
  reconciliationSection,
  responsibilitySection,
  restatementsSection,
} from './sections/audit.ts';
import { boundarySection } from './sections/boundary.ts';
import { emissionsSection } from './sections/emissions.ts';
import { energySection } from './sections/energy.ts';
import { headlineTiles, statusStatement, summarySection } from './sections/summary.ts';
import { costSection, embodiedSection, intensitiesSection, runsSection } from './sections/work.ts';
import { en, type Texts } from './texts/en.ts';

/** The chapters in the order of the report; a new one is an entry here and a function in `sections/`. */
const SECTIONS = [
  summarySection,
  boundarySection,
  energySection,
  emissionsSection,
  intensitiesSection,
  runsSection,
  costSection,
  embodiedSection,
  qualitySection,
  restatementsSection,
  reconciliationSection,
  methodSection,
  instrumentsSection,
  frameworksSection,
  responsibilitySection,
  evidenceSection,
];

/** The annex as a report: cover and chapters, every number with the key of its figure. A chapter with nothing to say is left out. */
export function buildReport(annex: Annex, texts: Texts = en): Report {
  const source = { annex, texts };
  const sections = SECTIONS.map((build) => build(source)).filter(({ blocks }) => blocks.length > 0);
  return { cover: coverOf(source), sections };
}

function coverOf(source: Source): Cover {
  const { meta } = source.annex;
  const { texts } = source;
  const facts = texts.evidenceFacts;
  return {
    organisation: meta.organisation,
    title: texts.title,
    month: printPeriod(meta.period),
    status: texts.statuses[meta.status],
    version: texts.version(meta.version),
    synthetic: meta.synthetic ? texts.synthetic : null,
    statement: statusStatement(source),
    reasons: meta.status_reasons,
    tiles: headlineTiles(source),
    facts: [
      { term: facts.published, text: printMoment(meta.published_at), code: false },
      { term: facts.asOf, text: printMoment(meta.as_of), code: false },
      { term: facts.code, text: meta.code_version, code: true },
      { term: facts.book, text: meta.book_manifest_sha256, code: true },
    ],
    publishedAt: meta.published_at,
  };
}
