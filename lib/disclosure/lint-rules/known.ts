import { DECIMAL_TEXT, type Decimal, parseDecimal } from '../decimal.ts';

/** Whether the text can be computed with; what cannot is the finding of one rule only. */
export function isDecimal(text: string): boolean {
  return DECIMAL_TEXT.test(text);
}

/** The decimal; undefined for what is not known or not a decimal. */
export function known(text: string | null | undefined): Decimal | undefined {
  return text !== null && text !== undefined && isDecimal(text) ? parseDecimal(text) : undefined;
}
