/** What the hand-written pages promise about themselves. */
import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_REASONS } from '../../scripts/reference/reasons';

const page = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');

describe('docs/glossary.md', () => {
  it('is in the order of the alphabet', () => {
    const words = [...page('glossary.md').matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, word = '']) => word.toLowerCase());
    deepEqual(words, [...new Set(words)].sort());
  });
});

describe('docs/troubleshooting.md', () => {
  const text = page('troubleshooting.md');
  const [body = ''] = text.split(/^\[\w+\]: /m);

  it('links every reason that it names', () => {
    // Reasons of one plain word are also words of sentences.
    const telling = ALL_REASONS.filter((reason) => /[a-z][A-Z]/.test(reason));
    const named = telling.filter((reason) =>
      new RegExp(`(?<![\\w[#])${reason}(?![\\w\\]])`).test(body.replace(/^#.*$/gm, '')),
    );
    deepEqual(named, []);
  });

  it('says where each of these links leads, and of no other', () => {
    const used = [...body.matchAll(/\[(\w+)\](?!\()/g)].map(([, word = '']) => word);
    const defined = [...text.matchAll(/^\[(\w+)\]: reference\/reasons\.md#(\w+)$/gm)];
    deepEqual([...new Set(used)].sort(), defined.map(([, word = '']) => word).sort());
    deepEqual(
      defined.filter(([, word = '', anchor]) => word.toLowerCase() !== anchor).map(([line]) => line),
      [],
    );
  });

  it('has a word about every reason for which somebody must act', () => {
    const silent = ['AgentReporting', 'FailuresTolerated', 'NoFailuresToTolerate', 'NotStalled', 'Retired', 'Running'];
    const passing = ['Starting', 'Stopping', 'Terminating', 'UpToDate'];
    const told = new Set([...body.matchAll(/\[(\w+)\]/g)].map(([, word = '']) => word));
    deepEqual(
      ALL_REASONS.filter((reason) => !told.has(reason)),
      [...silent, ...passing].sort(),
    );
  });
});
