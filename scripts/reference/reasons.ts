/** docs/reference/reasons.md: every reason, where it appears, what it means, what to do. */
import {
  AGENT_REASONS,
  CATALOG_REASONS,
  DOMAIN_REASONS,
  HOST_REASONS,
  POOL_REASONS,
  VM_EVENT_REASONS,
  VM_REASONS,
} from '../../common/reasons';
import { DISK_WORDS } from '../../common/reason-words/domain-disks';
import { HOST_SIDE_WORDS } from '../../common/reason-words/domain-host';
import { LIFE_WORDS } from '../../common/reason-words/domain-running';
import { AGENT_WORDS, CATALOG_WORDS, POOL_WORDS } from '../../common/reason-words/fleet';
import { HOST_WORDS } from '../../common/reason-words/host';
import { VM_EVENT_WORDS, VM_WORDS } from '../../common/reason-words/vm';
import type { ReasonWords } from '../../common/reason-words/words';
import { NEEDS_SOMEBODY } from '../../operator/plan/vm/status';
import { anchorOf, heading, withLinks } from './markdown';

const DOMAIN_WORDS = { ...LIFE_WORDS, ...DISK_WORDS, ...HOST_SIDE_WORDS };

/** Agents say these on the XenDomain; the XenVM shows them, but for its own word where it has one. */
function onDomainAndVm(reason: (typeof DOMAIN_REASONS)[number]): ReasonWords {
  const words = DOMAIN_WORDS[reason];
  if (words.on.includes('XenDomain')) return words;
  const vm = NEEDS_SOMEBODY.has(reason) ? 'Ready and Stalled=True' : words.on.replace(/=(False|Unknown)/, '');
  return { ...words, on: `${words.on} on the XenDomain, ${vm} on the XenVM` };
}

interface Group {
  readonly kind: string;
  readonly reasons: readonly string[];
  readonly words: (reason: string) => ReasonWords;
}

const from = (table: Readonly<Record<string, ReasonWords>>) => (reason: string) => table[reason] as ReasonWords;

const GROUPS: readonly Group[] = [
  {
    kind: 'XenVM',
    reasons: VM_REASONS.filter((reason) => !(reason in DOMAIN_WORDS)),
    words: from(VM_WORDS),
  },
  { kind: 'XenVM (Events)', reasons: VM_EVENT_REASONS, words: from(VM_EVENT_WORDS) },
  {
    kind: 'XenDomain and XenVM',
    reasons: DOMAIN_REASONS,
    words: (reason) => onDomainAndVm(reason as (typeof DOMAIN_REASONS)[number]),
  },
  { kind: 'XenHost', reasons: HOST_REASONS, words: from(HOST_WORDS) },
  { kind: 'XenAgent', reasons: AGENT_REASONS, words: from(AGENT_WORDS) },
  { kind: 'XenPool', reasons: POOL_REASONS, words: from(POOL_WORDS) },
  { kind: 'XenHost, XenNetwork, XenStoragePool (Events)', reasons: CATALOG_REASONS, words: from(CATALOG_WORDS) },
];

const INTRO = `
Every condition has a reason, one word of a closed set, and a message that says what it means for this very object. \`kubectl describe\` shows both.
Whenever \`Stalled\` of a XenVM becomes True, or changes its reason while it is, an Event of type Warning tells the same.
A status is given (\`Ready=False\`) where it is always the same.
`;

export const ALL_REASONS: readonly string[] = [...new Set(GROUPS.flatMap(({ reasons }) => reasons))].sort();

function entry(reason: string): string {
  const said = GROUPS.filter(({ reasons }) => reasons.includes(reason));
  const parts = said.map(({ kind, words }) => {
    const { on, means, remedy } = words(reason);
    return `**${kind.replace(/ \(Events\)$/, '')}** (${on}). ${withLinks(means)}\n\nWhat to do: ${withLinks(remedy)}\n`;
  });
  return `### ${reason}\n\n${parts.join('\n')}`;
}

const link = (reason: string): string => `[${reason}](#${anchorOf(reason)})`;

export function reasonsPage(): string {
  const kinds = GROUPS.map(({ kind, reasons }) => `- ${kind}: ${[...reasons].sort().map(link).join(', ')}`);
  const source = 'common/reasons.ts and common/reason-words/';
  return `${heading('Reasons', source)}${INTRO}\n## By kind\n\n${kinds.join('\n')}\n\n## All\n\n${ALL_REASONS.map(entry).join('\n')}`;
}
