/** Keys of test servers can always be read, whatever ssh2 makes. */
import { equal, ok, throws } from 'node:assert/strict';
import { utils } from 'ssh2';
import { makeKey, testKeys } from './ssh-keys';

const good = makeKey();
const goodText = {
  private: good.privateKey,
  public: `ssh-ed25519 ${good.publicKey.getPublicSSH().toString('base64')}`,
};

describe('keys of test servers', () => {
  const stranger = makeKey().publicKey.getPublicSSH().toString('base64');
  const BAD = {
    'a private key that cannot be read': { ...goodText, private: goodText.private.slice(0, 200) },
    'a public key that cannot be read': { ...goodText, public: 'ssh-ed25519 AAAA' },
    'halves of two pairs': { ...goodText, public: `ssh-ed25519 ${stranger}` },
  };
  for (const [what, text] of Object.entries(BAD)) {
    it(`skips ${what}`, () => {
      const made = [text, goodText];
      equal(makeKey(() => made.shift() ?? goodText).privateKey, goodText.private);
      equal(made.length, 0);
    });
    it(`gives up if all it gets is ${what}`, () => throws(() => makeKey(() => text), /none of 20 keys/));
  }

  it('are two, made once, and ssh2 reads them', () => {
    const { host, user } = testKeys();
    equal(testKeys().host, host);
    ok(host.privateKey !== user.privateKey);
    for (const { privateKey } of [host, user]) ok(!(utils.parseKey(privateKey) instanceof Error));
  });
});
