import document from './document.typ' with { type: 'text' };
import { FRAMEWORKS } from './frameworks.ts';
import style from './page.css' with { type: 'text' };
import { en } from './texts/en.ts';

/** What pages are made of, as far as it is text: template, style, sentences without values, items of the frameworks. */
export const PAGE_SOURCES: readonly unknown[] = [document, style, en, FRAMEWORKS];
