import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { addressOf, type Bucket } from '../../agent/sinks/s3-address.ts';

/** Where the SDK's own client would put the object. */
async function addressOfSdk({ name, region, isFips, isDualstack }: Bucket, key: string): Promise<string> {
  let address = '';
  const client = new S3Client({
    region,
    useFipsEndpoint: isFips === true,
    useDualstackEndpoint: isDualstack === true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ protocol, hostname, path }: { protocol: string; hostname: string; path: string }) {
        address = `${protocol}//${hostname}${path}`;
        throw new Error('nothing is sent');
      },
    } as never,
  });
  await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: 'x' })).catch(() => undefined);
  return address;
}

const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'cn-north-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eu-isoe-west-1',
  'eusc-de-east-1',
];

describe('the address of an object is the one that the SDK would ask', () => {
  test.each(REGIONS)('in %s', async (region) => {
    for (const name of ['books', 'our.books']) {
      const bucket = { name, region };
      expect(addressOf(bucket, 'inbox/a.gz').href).toBe(await addressOfSdk(bucket, 'inbox/a.gz'));
    }
  });

  test.each([{ isFips: true }, { isDualstack: true }, { isFips: true, isDualstack: true }])(
    'where %p',
    async (variant) => {
      const bucket = { name: 'books', region: 'us-west-2', ...variant };
      expect(addressOf(bucket, 'a').href).toBe(await addressOfSdk(bucket, 'a'));
    },
  );

  test.each(["host=a%2Fb/it's (1)!*.gz", 'boot=ü+ /~x&y', 'a//b'])('by the key %s', async (key) => {
    const bucket = { name: 'books', region: 'eu-west-1' };
    expect(addressOf(bucket, key).href).toBe(await addressOfSdk(bucket, key));
  });
});

test('a store of its own address is asked by path', () => {
  const bucket = { name: 'books', region: 'eu-west-1' };
  for (const endpoint of ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/'])
    expect(addressOf({ ...bucket, endpoint }, 'a b').href).toBe('http://127.0.0.1:9000/books/a%20b');
});
