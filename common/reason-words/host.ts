/** Reasons of a XenHost: whether it can take VMs, and whether what it says counts. */
import { wordsOf } from './words';

export const HOST_WORDS = wordsOf({
  AgentReporting: {
    on: 'Ready=True',
    means: 'The agent reports, and the host can take VMs.',
    remedy: 'Nothing is to be done.',
  },
  AgentNeverReported: {
    on: 'Ready=False',
    means: 'No agent has reported for this host yet.',
    remedy: 'Start one as docs/hosts.md tells, and read its log if nothing comes.',
  },
  AgentSilent: {
    on: 'Ready=Unknown',
    means:
      'The agent has not renewed its Lease for `--host-unknown-after-seconds`; what runs there is unknown. Silence is never taken for death, and its VMs are not started elsewhere.',
    remedy:
      'Look at the agent and the machine. If you know that the machine is off, declare that boot dead (docs/hosts.md).',
  },
  InvalidSpec: {
    on: 'Ready=False',
    means: '`spec.reserved.memory` is no quantity that can be used. Nothing new is placed there.',
    remedy: 'Correct the field.',
  },
  Dom0MemoryNotFixed: {
    on: 'Ready=False',
    means: 'The memory of Dom0 may change by itself, so nobody can tell what is free; nothing is sold there.',
    remedy:
      'Set `dom0_mem=SIZE,max:SIZE` on the command line of Xen and `autoballoon="off"` in `/etc/xen/xl.conf`, and reboot the host. The message says what is missing.',
  },
  AwaitingReport: {
    on: 'Ready=False',
    means: 'The agent lives and has not yet answered the nonce of this leader: what the host holds is not known anew.',
    remedy: 'Wait some seconds. If it lasts, read the log of the agent.',
  },
  ReportTruncated: {
    on: 'Ready=False',
    means:
      'The host holds more domains and records than a report has room for: what the report does not list is unknown. Nothing new is placed there, and whoever needs the word of every host waits.',
    remedy: 'Move VMs away, or delete some.',
  },
  WrongFleet: {
    on: 'Ready=False',
    means: 'The Dom0 says that it belongs to another fleet. Its reports are not believed.',
    remedy: 'As for ForeignFleet: see that the agent uses the right kubeconfig, or move the host on purpose.',
  },
  HoldsDomains: {
    on: 'Ready=False',
    means:
      'The XenHost is being deleted and still holds something: claims, orders, domains of the fleet, or it does not report what it holds.',
    remedy:
      'Delete or move what the message names. For a machine that is off for good, set `spec.declaredDead` to the boot in the message.',
  },
  NamespaceTaken: {
    on: 'Ready=False',
    means:
      'The namespace `xenhost-<host>` was not made by the operator, and whoever made it may own what is in it. Nothing is put there.',
    remedy: 'Delete that namespace, or give the host another name.',
  },
  DeclaredDead: {
    on: 'Ready=Unknown',
    means:
      'An administrator has declared the last boot of the host over, and nothing of it is heard. VMs without local disks are started elsewhere.',
    remedy: 'Nothing is to be done. When the host comes back it reports with another boot.',
  },
  DeclaredDeadButAlive: {
    on: 'Ready=False; Unknown once the host is silent',
    means:
      'The boot was declared over, and its agent lives, or was heard not long ago: nothing is moved away. Once the agent is heard after the word was given, the word is void for good (`status.refutedDeath`), also if the host falls silent later.',
    remedy:
      'Take `spec.declaredDead` back (set it to null). Once the host is off for good, set it again. If the host was powered off a moment ago and `status.refutedDeath` is absent, wait: the word counts after 25 s of silence.',
  },
  Quarantined: {
    on: 'Ready=False',
    means:
      'An administrator has set `spec.quarantined`: nothing that the host reports is believed, nothing is placed there, and nobody waits for it.',
    remedy: 'Find out what is wrong with the host or the token of its agent, then set it to false.',
  },
  AgentTrouble: {
    on: 'Ready=False',
    means:
      'The agent says that something is wrong on its Dom0: its XenAgent is not Ready. Nothing new is placed there.',
    remedy: 'Do what the message says, on the Dom0.',
  },
  MachineChanged: {
    on: 'Ready=False',
    means:
      'An agent reports under this name from another machine than the one that the host is. It is neither believed nor obeyed.',
    remedy:
      'Stop that agent. If the server was replaced or its Dom0 installed anew, set `spec.machineID` to the ID in the message.',
  },
});
