/** Every story of the contract, by its name. */
import { ADMISSIONS } from './admissions';
import { APPLIES } from './applies';
import { DELETIONS } from './deletions';
import { LISTS } from './lists';
import { ODDS } from './odds';
import { POLICIES } from './policies';
import { RANDOM } from './random';
import { RIGHTS } from './rights';
import type { Stories } from './stories';
import { UPDATES } from './updates';

export const ROWS: Stories = {
  ...UPDATES,
  ...DELETIONS,
  ...APPLIES,
  ...LISTS,
  ...ODDS,
  ...RANDOM,
  ...ADMISSIONS,
  ...RIGHTS,
  // Last: they bind everybody.
  ...POLICIES,
};

/** What each story's namespace is called. */
export const namespaceOf = (name: string): string =>
  `row-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 50);
