// A certificate authority in node:crypto alone: X.509 v3 by hand, because a bare machine may have
// no openssl. ECDSA P-256 throughout; ten years, so that a kept playground does not expire.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type KeyAndCert = { certPem: string; keyPem: string };
export type Subject = { commonName: string; organization?: string };
export type Usage = { kind: 'server'; dnsNames: string[]; ipv4Addresses: string[] } | { kind: 'client' };

const yearMs = 365 * 24 * 3600 * 1000;

// DER: every value is tag, length, content.
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const n = content.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...items: Uint8Array[]): Buffer => der(0x30, ...items);
const octets = (content: Uint8Array): Buffer => der(0x04, content);
const boolTrue = der(0x01, Buffer.from([0xff]));
const text = (value: string): Buffer => der(0x0c, Buffer.from(value));
const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content);
const utcTime = (at: Date): Buffer => der(0x17, Buffer.from(at.toISOString().replace(/[-:T]/g, '').slice(2, 14) + 'Z'));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(critical ? [boolTrue] : []), octets(value));

function name({ commonName, organization }: Subject): Buffer {
  const part = (id: string, value: string): Buffer => der(0x31, sequence(oid(id), text(value)));
  return sequence(...(organization ? [part('2.5.4.10', organization)] : []), part('2.5.4.3', commonName));
}

/** The SHA-1 of the key's bits names the key, in the authority and in what it signs. */
function keyId(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return createHash('sha1').update(point).digest();
}

function usageExtensions(usage: Usage | 'authority'): Buffer[] {
  if (usage === 'authority') {
    return [
      extension('2.5.29.19', true, sequence(boolTrue)),
      extension('2.5.29.15', true, bits(Buffer.from([0b00000110]), 1)), // keyCertSign, cRLSign
    ];
  }
  const purpose = usage.kind === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  const common = [
    extension('2.5.29.19', true, sequence()),
    extension('2.5.29.15', true, bits(Buffer.from([0b10000000]), 7)), // digitalSignature
    extension('2.5.29.37', false, sequence(oid(purpose))),
  ];
  if (usage.kind === 'client') return common;
  const names = [
    ...usage.dnsNames.map((dns) => der(0x82, Buffer.from(dns))),
    ...usage.ipv4Addresses.map((ip) => der(0x87, Buffer.from(ip.split('.').map(Number)))),
  ];
  return [...common, extension('2.5.29.17', false, sequence(...names))];
}

type Issuer = { subject: Subject; key: KeyObject };

function certify(subject: Subject, publicKey: KeyObject, issuer: Issuer, usage: Usage | 'authority'): string {
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x7f) | 0x40; // positive, and of fixed length
  const extensions = [
    ...usageExtensions(usage),
    extension('2.5.29.14', false, octets(keyId(publicKey))),
    extension('2.5.29.35', false, sequence(der(0x80, keyId(createPublicKey(issuer.key))))),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name(issuer.subject),
    sequence(utcTime(new Date(Date.now() - yearMs / 365)), utcTime(new Date(Date.now() + 10 * yearMs))),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuer.key)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const authority: Subject = { commonName: 'xen-fleet test authority' };

export function newKeyPair(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

export function newAuthority(): KeyAndCert {
  const pair = newKeyPair();
  const issuer = { subject: authority, key: createPrivateKey(pair.privatePem) };
  return { certPem: certify(authority, createPublicKey(pair.publicPem), issuer, 'authority'), keyPem: pair.privatePem };
}

export function issue(ca: KeyAndCert, subject: Subject, usage: Usage): KeyAndCert {
  const pair = newKeyPair();
  const issuer = { subject: authority, key: createPrivateKey(ca.keyPem) };
  return { certPem: certify(subject, createPublicKey(pair.publicPem), issuer, usage), keyPem: pair.privatePem };
}
