/** All planted faults, by name. */
import { AGENTS } from './agents';
import { CONTROLLERS } from './controllers';
import { HOSTS } from './hosts';
import { OPERATIONS } from './operations';
import type { Plants } from './plant';
import { PROTOCOL } from './protocol';
import { SCHEDULER } from './scheduler';

export const PLANTS: Plants = { ...PROTOCOL, ...HOSTS, ...CONTROLLERS, ...AGENTS, ...OPERATIONS, ...SCHEDULER };
