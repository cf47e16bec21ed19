/** A bucket, and how it is reached. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** A store that speaks S3 and is not AWS: asked by path. */
  readonly endpoint?: string | undefined;
  readonly isFips?: boolean;
  readonly isDualstack?: boolean;
}

/** Ends of host names by the beginnings of regions (AWS SDK, partitions.json); elsewhere it is `amazonaws.com`. */
const SUFFIXES: readonly (readonly [beginning: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
];
/** Names of S3 Express One Zone end so; they ask for sessions of their own, and nobody lands a book there. */
const DIRECTORY_BUCKET = /--x-s3$/;

/**
 * Address of an object. A bucket is a part of the host's name, unless it has a dot in its own: no certificate fits that one
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html). Throws an Error for a directory bucket.
 */
export function addressOf(bucket: Bucket, key: string): URL {
  const { name, endpoint } = bucket;
  if (DIRECTORY_BUCKET.test(name))
    throw new Error(`Cannot deliver to ${name}: expected a general purpose bucket, got a directory bucket`);
  const path = key.split('/').map(escaped).join('/');
  if (endpoint !== undefined) return new URL(`${endpoint.replace(/\/$/, '')}/${name}/${path}`);
  const host = hostOf(bucket);
  return name.includes('.') ? new URL(`https://${host}/${name}/${path}`) : new URL(`https://${name}.${host}/${path}`);
}

function hostOf({ region, isFips, isDualstack }: Bucket): string {
  const suffix = SUFFIXES.find(([beginning]) => region.startsWith(beginning))?.[1] ?? 'amazonaws.com';
  return `s3${isFips ? '-fips' : ''}${isDualstack ? '.dualstack' : ''}.${region}.${suffix}`;
}

/** As a signature wants it: everything but the unreserved characters of RFC 3986. */
function escaped(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
