/** What is said where a lock on the Dom0 was not had. */
import { equal, match } from 'node:assert/strict';
import { busy } from '../../../agents/xl/busy';

describe('a call that did not get its lock', () => {
  const rows: [Parameters<typeof busy>[1], RegExp][] = [
    ['domain', /for this domain has not ended .* an xl hangs there .* end that process.* image/],
    ['pool', /for this pool has not ended .* mount whose server is away/],
    ['host', /for this host has not ended .* xl that has no end and for a mount/],
  ];
  for (const [lockOf, words] of rows)
    it(`names what to look for: ${lockOf}`, () => {
      const { reason, message } = busy('xl destroy', lockOf);
      equal(reason, 'ToolstackHung');
      match(message, /^xl destroy was not begun: an earlier call /);
      match(message, words);
    });
});
