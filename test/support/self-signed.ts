import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const TAG = { integer: 0x02, bitString: 0x03, utf8: 0x0c, sequence: 0x30, set: 0x31, time: 0x18 } as const;
/** Object identifiers: Ed25519 (RFC 8410) and commonName (X.520). */
const ED25519 = Buffer.from('06032b6570', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const LINE = 64;

/** A fresh self-signed certificate (X.509 version 1, Ed25519) for a host name; no tool beside Node is needed. */
export function selfSigned(hostName: string): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const algorithm = der(TAG.sequence, ED25519);
  const name = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, Buffer.from(hostName)))));
  const toSign = der(
    TAG.sequence,
    der(TAG.integer, Buffer.from([1])),
    algorithm,
    name,
    der(TAG.sequence, time('20200101000000Z'), time('20991231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(TAG.bitString, Buffer.concat([Buffer.from([0]), sign(null, toSign, privateKey)]));
  return {
    cert: pem(der(TAG.sequence, toSign, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const short = body.length < 0x80;
  const length = short ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function time(text: string): Buffer {
  return der(TAG.time, Buffer.from(text));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
