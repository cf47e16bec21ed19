type Fields = Readonly<Record<string, unknown>>;

/** Parts of a chassis whose power a controller may list beside that of the whole (DSP0268, PhysicalContext). */
const WHOLE = new Set(['Chassis', 'Intake', 'PowerIntake', 'PowerSubsystem', 'System', 'SystemBoard']);

/** Where the chassis of a controller stand, by the links of its collection (DSP0266). */
export function chassisIn(text: string): string[] {
  return linksIn(fieldsIn(text)['Members']);
}

/** What a chassis says of the others (DSP2046, Chassis): what holds it, and how many hosts are in it. */
export function placeIn(text: string): { readonly containedBy: string | undefined; readonly systems: number } {
  const links = fieldsOf(fieldsIn(text)['Links']);
  return { containedBy: linksIn([links['ContainedBy']])[0], systems: linksIn(links['ComputerSystems']).length };
}

function linksIn(list: unknown): string[] {
  const links = Array.isArray(list) ? list.map((each) => fieldsOf(each)['@odata.id']) : [];
  return links.filter((link) => typeof link === 'string').map((link) => link.replace(/\/$/, ''));
}

/**
 * The power of a chassis in watts from `EnvironmentMetrics` (PowerWatts.Reading) or from the older `Power`
 * (PowerControl[].PowerConsumedWatts: the entry of the whole, for the others are parts of it). `undefined` where neither
 * says a number: zero is said by controllers that cannot measure, and no host that answers draws none.
 */
export function maybeWatts(text: string): number | undefined {
  const fields = fieldsIn(text);
  const reading = wattsOf(fieldsOf(fields['PowerWatts'])['Reading']);
  if (reading !== undefined) return reading;
  const controls = Array.isArray(fields['PowerControl']) ? fields['PowerControl'].map(fieldsOf) : [];
  const whole = controls.filter(({ PhysicalContext: part }) => typeof part !== 'string' || WHOLE.has(part));
  return whole.map((control) => wattsOf(control['PowerConsumedWatts'])).find((watts) => watts !== undefined);
}

function wattsOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Nothing where the text is not a JSON object. */
function fieldsIn(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
