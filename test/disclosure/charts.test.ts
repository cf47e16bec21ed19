import { DARK_TWINS, PALETTE } from '../../lib/disclosure/charts.ts';

/** Contrast ratio of WCAG 2.2 (relative luminance of sRGB). */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map(luminance).sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('every colour has its twin for dark screens', () => {
  expect(DARK_TWINS.map(([light]) => light).sort()).toEqual(Object.values(PALETTE).sort());
});

test.each(DARK_TWINS)('%s on paper and %s on a dark screen stand out (WCAG 1.4.11: 3:1)', (light, dark) => {
  expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(3);
  expect(contrast(dark, '#12181f')).toBeGreaterThanOrEqual(3);
});

test.each([PALETTE.ink, PALETTE.quiet])('text in %s is readable (WCAG 1.4.3: 4.5:1)', (ink) => {
  const twin = DARK_TWINS.find(([light]) => light === ink)?.[1] ?? '#000000';
  expect(contrast(ink, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  expect(contrast(twin, '#12181f')).toBeGreaterThanOrEqual(4.5);
});
