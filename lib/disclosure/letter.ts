import type { Annex, Figure } from './annex.ts';
import { printAmount } from './format.ts';

/** A file that goes with a letter. */
export interface Attachment {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A letter without its receiver: plain text and files. */
export interface Letter {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** What the letter with a disclosure is made from. */
export interface LetterRequest {
  readonly annex: Annex;
  readonly from: string;
  /** Files that are to be attached, the most important first. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Where the disclosure lies: `s3://bucket/disclosures/2026-06/v1/`. */
  readonly place: string;
  /** Most bytes of the letter as it travels, its attachments encoded. */
  readonly mostBytes: number;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  html: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
};
/** Text and headers of the letter and of its parts. */
const ROOM_FOR_TEXT = 64 * 1024;
const HEADLINES = ['energy.facility', 'emissions.location', 'emissions.market', 'cost.effective', 'quality.coverage'];

/** The letter with which a disclosure goes out. A file that would make it too large is named by its place instead. */
export function composeLetter({ annex, from, files, place, mostBytes }: LetterRequest): Letter {
  const { attached, left } = pack(files, mostBytes - ROOM_FOR_TEXT);
  const { organisation, period, status, version, synthetic } = annex.meta;
  const title = `${organisation}: energy, carbon and cost of AI in ${period.from.slice(0, 7)}`;
  const text = [
    `${title} (${status}, version ${version}).`,
    ...(synthetic ? ['The company is made up; so are the figures.'] : []),
    '',
    ...HEADLINES.flatMap((id) => headline(annex.figures, id)),
    '',
    ...annex.meta.status_reasons.map((reason) => `Not closed yet: ${reason}`),
    ...(annex.gaps.length > 0 ? [`${annex.gaps.length} gaps are listed in the annex.`] : []),
    `All files: ${place}`,
    ...left.map((name) => `Too large to attach: ${place}${name}`),
    '',
  ].join('\n');
  return { from, subject: `${title} (${status}, version ${version})`, text, attachments: attached.map(attachment) };

  function attachment(name: string): Attachment {
    const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    return { name, contentType, bytes: files[name] ?? new Uint8Array() };
  }
}

/** Bytes of a file in base64 with a line end after each 76 characters (RFC 2045, 6.8). */
export function encodedBytes(bytes: number): number {
  const characters = 4 * Math.ceil(bytes / 3);
  return characters + 2 * Math.ceil(characters / 76);
}

/** Takes files in their order while there is room; a smaller one may still fit after one that did not. */
function pack(files: Readonly<Record<string, Uint8Array>>, room: number): { attached: string[]; left: string[] } {
  const attached: string[] = [];
  const left: string[] = [];
  let taken = 0;
  for (const [name, { length }] of Object.entries(files)) {
    const size = encodedBytes(length);
    if (taken + size > room) left.push(name);
    else {
      attached.push(name);
      taken += size;
    }
  }
  return { attached, left };
}

function headline(figures: readonly Figure[], id: string): string[] {
  const figure = figures.find((each) => each.id === id && Object.keys(each.dimensions).length === 0);
  if (!figure) return [];
  const { number, unit } = printAmount(figure);
  return [`${figure.label}: ${`${number} ${unit}`.trim()}`];
}
