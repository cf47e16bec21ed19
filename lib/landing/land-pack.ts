import { jsonBytes } from './book.ts';
import type { Checked } from './check-rows.ts';
import type { Fate, Named } from './collection.ts';
import { check, type Landing, land, landFetched, type Member, orQuarantine } from './land-file.ts';
import { RejectedPayload } from './origin.ts';
import { kindFolder, listOf, PACK, type Packed } from './pack.ts';
import { extensionOf } from './quarantine.ts';
import { batchesKey } from './receipt.ts';

/**
 * Fetches files, puts them together and lands the whole with a list of its parts. What cannot be fetched goes to quarantine by
 * itself, and bytes that have landed already are left out. Gives one fate for each file.
 */
export async function landPack(offers: readonly Named[], landing: Landing): Promise<Fate[]> {
  const { edges, glances } = landing;
  const members: Member[] = [];
  const fates: Fate[] = [];
  for (const offer of offers) {
    const got = await orQuarantine(offer, landing, async () => ({ offer, fetched: await edges.origin.fetch(offer) }));
    if ('outcome' in got) fates.push(got);
    else members.push(got);
  }
  const fresh = firstOf(members, landing);
  const twice = members.filter((member) => !fresh.includes(member));
  await glances.pass(twice.map(({ offer }) => offer));
  return [...fates, ...twice.map((): Fate => ({ outcome: 'present' })), ...(await landMembers(fresh, landing))];
}

/** Of the same bytes under several names the first, where they have not landed yet. */
function firstOf(members: readonly Member[], { glances }: Landing): Member[] {
  const byHash = new Map<string, Member>();
  for (const member of members) if (!byHash.has(member.fetched.sha256)) byHash.set(member.fetched.sha256, member);
  return [...byHash.values()].filter(({ fetched: { sha256 } }) => !glances.hasLanded(sha256));
}

/**
 * Lands the whole where it says what its parts say. Where it does not, since one of them is broken, its halves are tried, and in the
 * end each part by itself.
 */
async function landMembers(members: readonly Member[], landing: Landing): Promise<Fate[]> {
  const { fewest } = landing.request.pack ?? PACK;
  if (members.length < fewest) return landEach(members, landing);
  const fate = await landWhole(members, landing);
  if (fate) return members.map((_, index) => (index === 0 ? fate : { outcome: fate.outcome }));
  const half = Math.ceil(members.length / 2);
  return [
    ...(await landMembers(members.slice(0, half), landing)),
    ...(await landMembers(members.slice(half), landing)),
  ];
}

async function landEach(members: readonly Member[], landing: Landing): Promise<Fate[]> {
  const fates: Fate[] = [];
  for (const member of members)
    fates.push(await orQuarantine(member.offer, landing, () => landFetched(member, landing)));
  await landing.glances.pass(
    members.filter((_, index) => fates[index]?.outcome === 'passed over').map(({ offer }) => offer),
  );
  return fates;
}

/** The list first, then the bytes, the receipt last: a run that is killed in between leaves what the next one completes. */
async function landWhole(members: readonly Member[], { request, edges, glances }: Landing): Promise<Fate | undefined> {
  const [first] = members;
  if (!first || !edges.putTogether) return undefined;
  const packed = await edges.putTogether(
    first.offer.origin,
    members.map(({ fetched }) => fetched),
  );
  const origin = packOrigin(first.offer.origin, packed);
  const checked = await maybeWhole({ origin, bytes: packed.bytes }, packed, { request, edges });
  if (!checked) return undefined;
  if (checked.rows_in_month === 0) {
    await glances.pass(members.map(({ offer }) => offer));
    return {
      outcome: 'passed over',
      remarks: [`${request.sourceId}: ${members.length} files hold nothing of the month`],
    };
  }
  const identity = { source_id: request.sourceId, period: request.period.month, sha256: packed.sha256 };
  const list = listOf(members);
  await edges.book.putIfAbsent(batchesKey(identity), jsonBytes(list));
  glances.addParts(list.batches);
  return land({ origin, bytes: packed.bytes }, packed, checked, request, edges, { batches: members.length });
}

/** What the check finds in the whole; undefined where a row fails, or where a line of a part is not a row of the whole. */
async function maybeWhole(
  offer: Named,
  packed: Packed,
  { request, edges: { warehouse } }: Pick<Landing, 'request' | 'edges'>,
): Promise<Checked | undefined> {
  try {
    const checked = await check(packed, request, warehouse, offer);
    const [counted] = await warehouse.query("SELECT count(*)::VARCHAR AS lines FROM raw WHERE trim(line) <> ''");
    return checked.rejections.length === 0 && Number(counted?.['lines']) === packed.lines ? checked : undefined;
  } catch (error) {
    if (error instanceof RejectedPayload) return undefined;
    throw error;
  }
}

/** `agents/telemetry/together-<sha256>.jsonl.gz`: no file has this name before. */
function packOrigin(first: string, { sha256 }: Packed): string {
  return `${kindFolder(first)}together-${sha256}.${extensionOf(first)}`;
}
