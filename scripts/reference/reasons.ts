/** docs/reference/reasons.md: every reason, where it appears, what it means, what to do. */
import { DISK_WORDS } from '../../common/reason-words/domain-disks';
import { HOST_SIDE_WORDS } from '../../common/reason-words/domain-host';
import { LIFE_WORDS } from '../../common/reason-words/domain-running';
import { KIND_WORDS } from '../../common/reason-words/kinds';
import { VM_EVENT_WORDS, VM_WORDS } from '../../common/reason-words/vm';
import type { ReasonWords } from '../../common/reason-words/words';
import { NEEDS_SOMEBODY } from '../../operator/plan/vm/status';
import { anchorOf, heading, withLinks } from './markdown';

const DOMAIN_WORDS = { ...LIFE_WORDS, ...DISK_WORDS, ...HOST_SIDE_WORDS };

/**
 * Agents give these reasons on the XenDomain. The XenVM shows the same one, unless it has a reason
 * of its own.
 */
function onDomainAndVm([reason, words]: [string, ReasonWords]): [string, ReasonWords] {
  if (words.on.includes('XenDomain')) return [reason, words];
  const isStalled = NEEDS_SOMEBODY.has(reason);
  const vm = isStalled ? 'Ready and Stalled=True' : words.on.replace(/=(False|Unknown)/, '');
  return [reason, { ...words, on: `${words.on} on the XenDomain, ${vm} on the XenVM` }];
}

const GROUPS: readonly (readonly [kind: string, words: Readonly<Record<string, ReasonWords>>])[] = [
  ['XenVM', VM_WORDS],
  ['XenVM (Events)', VM_EVENT_WORDS],
  ['XenDomain and XenVM', Object.fromEntries(Object.entries(DOMAIN_WORDS).map(onDomainAndVm))],
  ...Object.entries(KIND_WORDS),
];

const INTRO = `
Every condition has a reason, one word of a closed set, and a message that says what it means for this very object. \`kubectl describe\` shows both.
Whenever \`Stalled\` of a XenVM becomes True, or changes its reason while it is, an Event of type Warning tells the same.
A status is given (\`Ready=False\`) where it is always the same.
`;

export const ALL_REASONS: readonly string[] = [...new Set(GROUPS.flatMap(([, words]) => Object.keys(words)))].sort();

function entry(reason: string): string {
  const parts = GROUPS.flatMap(([kind, words]) => {
    const said = words[reason];
    if (said === undefined) return [];
    const where = `**${kind.replace(/ \(Events\)$/, '')}** (${said.on})`;
    return [`${where}. ${withLinks(said.means)}\n\nWhat to do: ${withLinks(said.remedy)}\n`];
  });
  return `### ${reason}\n\n${parts.join('\n')}`;
}

const link = (reason: string): string => `[${reason}](#${anchorOf(reason)})`;

export function reasonsPage(): string {
  const kinds = GROUPS.map(([kind, words]) => `- ${kind}: ${Object.keys(words).sort().map(link).join(', ')}`);
  const source = 'common/reason-words/';
  return `${heading('Reasons', source)}${INTRO}\n## By kind\n\n${kinds.join('\n')}\n\n## All\n\n${ALL_REASONS.map(entry).join('\n')}`;
}
