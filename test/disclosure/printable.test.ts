import { printable } from '../../lib/adapters/printable.ts';

const isLatin = (codePoint: number) => codePoint >= 32 && codePoint < 0x250;

test.each([
  ['plain text', 'plain text'],
  ['chat 🚀', 'chat □'],
  ['👩‍🚀', '□□'],
  ['نموذج', '□□□□□'],
  ['a\u200db\ufe0fc\u2068d', 'abcd'],
  ['bell\u0007', 'bell'],
  ['two\nlines', 'two\nlines'],
  ['\ud800', '□'],
])('%j is printed as %j', (text, printed) => {
  expect(printable(text, isLatin)).toBe(printed);
});
