import { printable, printableJson } from '../../lib/adapters/printable.ts';

const isLatin = (codePoint: number) => codePoint === 0 || (codePoint >= 32 && codePoint < 0x250);

test.each([
  ['plain text', 'plain text'],
  ['chat 🚀', 'chat □'],
  ['👩‍🚀', '□□'],
  ['نموذج', '□□□□□'],
  ['a\u200db\ufe0fc\u2068d', 'abcd'],
  ['bell\u0007', 'bell'],
  ['nul\u0000', 'nul'],
  ['two\nlines', 'two\nlines'],
  ['\ud800', '□'],
])('%j is printed as %j', (text, printed) => {
  expect(printable(text, isLatin)).toBe(printed);
});

test('in JSON a control character is seen behind its escape, and a tab is a blank', () => {
  const text = JSON.stringify({ name: 'a\tb\u001b[31m\u0000\nc', deep: ['chat 🚀', 7, null] });
  expect(JSON.parse(printableJson(text, isLatin))).toEqual({ name: 'a b[31m\nc', deep: ['chat □', 7, null] });
});
