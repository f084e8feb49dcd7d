/**
 * Keys for test servers. About one in 250 of those that ssh2 makes cannot be read again, not even
 * by ssh2 itself: so each is read, signs and is verified before it is used, and one pair of each
 * kind serves a whole process.
 */
import { utils } from 'ssh2';
import type { ParsedKey } from 'ssh2';

export interface TestKey {
  /** In OpenSSH's own format. */
  readonly privateKey: string;
  readonly publicKey: ParsedKey;
}

type KeyText = { readonly private: string; readonly public: string };

const PROBE = 'probe';
const MAX_ATTEMPTS = 20;

/** The key of these texts; undefined if it cannot be read, or does not verify what it signed. */
function read(text: KeyText): TestKey | undefined {
  const privateKey = utils.parseKey(text.private);
  const publicKey = utils.parseKey(text.public);
  if (privateKey instanceof Error || publicKey instanceof Error) return undefined;
  const signature = privateKey.sign(PROBE);
  if (signature instanceof Error || publicKey.verify(PROBE, signature) !== true) return undefined;
  return { privateKey: text.private, publicKey };
}

/** A key that was tried; the odds that twenty in a row cannot be read are nil. */
export function makeKey(generate: () => KeyText = () => utils.generateKeyPairSync('ed25519')): TestKey {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const key = read(generate());
    if (key !== undefined) return key;
  }
  throw new Error(`none of ${MAX_ATTEMPTS} keys that ssh2 made can be read`);
}

let keys: { readonly host: TestKey; readonly user: TestKey } | undefined;

/** The host's key and the user's, the same for every server of this process. */
export function testKeys(): { readonly host: TestKey; readonly user: TestKey } {
  keys ??= { host: makeKey(), user: makeKey() };
  return keys;
}
