/** Rules of what a host is and what it is told. */
import type { Plants } from './plant';

export const HOSTS: Plants = {
  'a quarantined host is believed': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'return host.spec.quarantined !== true && fleetID === facts.fleetID && !isDeclaredDead(host, facts);',
      to: 'return fleetID === facts.fleetID && !isDeclaredDead(host, facts);',
    },
    { file: 'operator/plan/host/view.ts', from: 'answered: !quarantined && hasAnswered', to: 'answered: hasAnswered' },
  ],
  'another machine may report': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'return machineID !== undefined && report?.machineID !== undefined && report.machineID !== machineID;',
      to: "return machineID !== undefined && report?.machineID === '';",
    },
    {
      file: 'agents/loop/tenure.ts',
      from: 'return holder === this.name || (machineID !== undefined && holder.startsWith(`${machineID}/`));',
      to: 'return true;',
    },
    { file: 'agents/loop/tenure.ts', from: 'if (this.everHeld) return false;', to: '' },
  ],
  'a host that goes is not asked': [
    {
      file: 'operator/plan/host/plan.ts',
      from: 'const asEver = held === undefined ? undefined : (planNamespace(f) ?? planAgent(f, withRosterAsTold));',
      to: 'const asEver = held === undefined ? undefined : (planNamespace(f) ?? (f.claims < 0 ? planAgent(f, withRosterAsTold) : undefined));',
    },
  ],
  'a Lease that is gone is made much later': [
    {
      file: 'operator/controllers/host/controller.ts',
      from: 'const everyMs = hasLease ? ENSURE_EVERY_MS : LEASE_EVERY_MS;',
      to: 'const everyMs = hasLease ? ENSURE_EVERY_MS : ENSURE_EVERY_MS + 0 * LEASE_EVERY_MS;',
    },
  ],
  'a declaration outranks signs of life': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'return isSilent(facts) || (facts.beatBootID !== undefined && facts.beatBootID !== boot);',
      to: 'return true;',
    },
  ],
  'a refuted declaration counts later': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'if (isRefuted(host, facts)) return false;',
      to: '',
    },
  ],
  'silence is death': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'if (host.spec.declaredDead === undefined || host.spec.declaredDead !== boot) return false;',
      to: '',
    },
  ],
};
