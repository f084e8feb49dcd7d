/** The reasons of a XenVM as a set, for whoever must not take up words that an agent chose. */
import { DISK_WORDS } from './reason-words/domain-disks';
import { HOST_SIDE_WORDS } from './reason-words/domain-host';
import { LIFE_WORDS } from './reason-words/domain-running';
import { VM_WORDS } from './reason-words/vm';
import type { VMReason } from './reasons';

const WORDS = [LIFE_WORDS, DISK_WORDS, HOST_SIDE_WORDS, VM_WORDS];
const ALL: ReadonlySet<string> = new Set(WORDS.flatMap((words) => Object.keys(words)));

export const isVMReason = (text: string): text is VMReason => ALL.has(text);
