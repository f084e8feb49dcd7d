// Generated from crds/*.yaml by `npm run generate`. Do not edit.

/** What this project reads of Kubernetes' ObjectMeta. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
/**
 * What the agent must know.
 */
export interface XenAgentSpec {
  /**
   * UID of the kube-system namespace.
   */
  fleetID: string;
  /**
   * Fresh at every start of a leader: the agent relists its orders, then reports with it.
   */
  nonce?: string;
  /**
   * The boot of the Dom0 that the operator has seen a report of; in any other boot the agent starts nothing.
   */
  confirmedBootID?: string;
  /**
   * Names of all hosts, told to the oldest hosts only; the agent keeps and reports it.
   *
   * @maxItems 4096
   */
  roster?: string[];
  /**
   * Higher for every other roster. The agent takes up no roster of an epoch that is not above the one it keeps, such as that of a restored backup.
   */
  rosterEpoch?: number;
  /**
   * The XenStoragePools of the fleet, the first 256 by name. The agent looks for each on its host and reports it; none if absent.
   *
   * @maxItems 256
   */
  storagePools?: {
    /**
     * Name of the XenStoragePool.
     */
    name: string;
    /**
     * What keeps the disks of the pool; file is one raw file per disk.
     */
    driver: "file";
    /**
     * Absolute path of the folder of the pool on the host.
     */
    path: string;
    /**
     * Only an empty folder of a local pool is marked by the agent itself.
     */
    locality?: "local" | "replicated" | "shared";
  }[];
  /**
   * The XenNetworks of the fleet, the first 2048 by name. The agent looks for the bridge of each and reports it; none if absent.
   *
   * @maxItems 2048
   */
  networks?: {
    /**
     * Name of the XenNetwork.
     */
    name: string;
    /**
     * Name of the Linux bridge on the host, from spec.bridge of the XenNetwork.
     */
    bridge: string;
  }[];
}

/**
 * What the agent sees. Written by the agent only.
 */
export interface XenAgentStatus {
  /**
   * The metadata.generation that the agent had read when it wrote this status.
   */
  observedGeneration?: number;
  /**
   * The nonce that this report answers.
   */
  nonce?: string;
  /**
   * Version of the agent that wrote this.
   */
  agentVersion?: string;
  /**
   * Boot ID of the Dom0.
   */
  bootID?: string;
  /**
   * Made of what the firmware tells and of a random file in the state directory.
   */
  machineID?: string;
  /**
   * Host name of the Dom0, as it was last told; absent until it was told once.
   */
  hostname?: string;
  /**
   * The fleet that the Dom0 says it belongs to.
   */
  fleetID?: string;
  /**
   * First 16 hexadecimal digits of the SHA-256 of the policy file on the Dom0, to see which text is in force; absent where there is no such file or it was not read yet.
   */
  policyDigest?: string;
  /**
   * Names of hosts that the Dom0 keeps on its disk, so that a restored cluster learns of hosts that it does not know; absent before the host belongs to a fleet.
   *
   * @maxItems 4096
   */
  roster?: string[];
  /**
   * Epoch of that roster.
   */
  rosterEpoch?: number;
  /**
   * Physical CPUs (hardware threads) of the cpupool that guests are made in.
   */
  cpus?: number;
  /**
   * What Xen is and can do on this host; absent until xl info was read once.
   */
  xen?: {
    /**
     * Version of Xen, such as 4.17.0.
     */
    version?: string;
    /**
     * Types of guests that the host can run; VMs of another type are not placed here.
     *
     * @maxItems 3
     */
    guestTypes?: ("pv" | "pvh" | "hvm")[];
    /**
     * The line virt_caps of xl info as it is: what the hardware and Xen offer for virtualization.
     */
    virtCaps?: string;
  };
  /**
   * Memory of the whole host as xl info tells it, in MiB; absent until it was read once.
   */
  memory?: {
    /**
     * Memory of the host in MiB, that of Dom0 and of Xen itself included.
     */
    totalMiB?: number;
    /**
     * As Xen says; outstanding claims are already taken off.
     */
    freeMiB?: number;
  };
  /**
   * Dom0 itself, from the list of domains.
   */
  dom0?: {
    /**
     * Number of virtual CPUs of Dom0; the operator does not sell these.
     */
    vcpus?: number;
    /**
     * Memory of Dom0 in MiB; the operator does not sell it.
     */
    memoryMiB?: number;
    /**
     * Nothing changes the memory of Dom0: dom0_mem is set on the command line of Xen, and xl leaves it alone.
     */
    memoryFixed?: boolean;
    /**
     * Why it is not fixed.
     */
    memoryProblem?: string;
  };
  /**
   * One entry for each pool in the spec: whether it is on this host, and how full it is.
   *
   * @maxItems 256
   */
  storagePools?: {
    /**
     * Name of the XenStoragePool.
     */
    name: string;
    /**
     * The folder is on this host and its marker file proves that it is this pool. Only then are disks placed here.
     */
    present: boolean;
    /**
     * Size in bytes of the file system that holds the pool; absent where the pool is not present.
     */
    totalBytes?: number;
    /**
     * Bytes that are free in that file system; absent where the pool is not present.
     */
    freeBytes?: number;
    /**
     * What the disks in it occupy now; a sparse disk occupies less than its size.
     */
    usedBytes?: number;
    /**
     * Sizes of the disks in it, added up.
     */
    diskBytes?: number;
    /**
     * ID in the marker file of the pool.
     */
    id?: string;
    /**
     * Why the pool is not present, and what helps; absent where it is.
     */
    message?: string;
  }[];
  /**
   * One entry for each network in the spec: whether this host has its bridge.
   *
   * @maxItems 2048
   */
  networks?: {
    /**
     * Name of the XenNetwork.
     */
    name: string;
    /**
     * The host has a Linux bridge of that name. VMs of the network are placed only where it is true.
     */
    present: boolean;
    /**
     * Why the network is not present; absent where it is.
     */
    message?: string;
  }[];
  /**
   * What runs here beside Dom0. ours: an order is held for it. orphan: it is proved to be of this fleet and has no order. foreign: it is not proved to be ours; counted and never touched.
   *
   * @maxItems 4096
   */
  domains?: {
    /**
     * Xen UUID of the domain.
     */
    uuid: string;
    /**
     * Name of the domain in xl, cut to 128 characters; absent where xl shows none.
     */
    name?: string;
    /**
     * Number that Xen gave the domain in this run; another start has another one.
     */
    domid?: number;
    /**
     * Whose the domain is: ours, orphan or foreign, as the list above says.
     */
    kind: "ours" | "orphan" | "foreign";
    /**
     * State by xl list: running, paused, shutdown, suspended, dying or unknown.
     */
    state?: string;
    /**
     * Type of the guest; absent where neither xl nor the record of the Dom0 tells it.
     */
    type?: "pv" | "pvh" | "hvm";
    /**
     * Number of virtual CPUs of the domain.
     */
    vcpus?: number;
    /**
     * The larger of what it has and its maximum.
     */
    memoryMiB?: number;
    /**
     * Of the VM, only if it is proved: by the record of the Dom0, or by a mark of this fleet.
     */
    namespace?: string;
    /**
     * Name of the VM, only if it is proved as the namespace is.
     */
    vmName?: string;
    /**
     * Told of an orphan that has no record: the epoch in its mark.
     */
    epoch?: number;
  }[];
  /**
   * What the Dom0 remembers of the domains of the fleet, running or not. What was retired an hour ago and has no order is not listed.
   *
   * @maxItems 8192
   */
  records?: {
    /**
     * Xen UUID of the domain that the record is about.
     */
    uuid: string;
    /**
     * Namespace of the XenVM that the record is for.
     */
    namespace: string;
    /**
     * Name of the XenVM that the record is for.
     */
    name: string;
    /**
     * Highest epoch seen.
     */
    epoch: number;
    /**
     * Every epoch up to this one is refused here.
     */
    refusedEpoch?: number;
    /**
     * The receipt: the domain of this epoch was looked for and is gone.
     */
    retiredEpoch?: number;
    /**
     * It is not retired and has no order: something of it may live here.
     */
    frozen?: boolean;
    /**
     * MAC addresses of a frozen one. Nobody else may take them while its domain may live.
     *
     * @maxItems 16
     */
    macs?: string[];
    /**
     * A create was begun in this boot and has not been heard to end.
     */
    creating?: boolean;
  }[];
  /**
   * Disks that no live record of this host speaks of, the first ones by UUID. namespace and vmName come from the owner file beside the disk.
   *
   * @maxItems 8192
   */
  retainedDisks?: {
    /**
     * Xen UUID of the domain that the disk was made for.
     */
    uuid: string;
    /**
     * Name of the disk within its VM, as in spec.disks of the XenVM.
     */
    disk: string;
    /**
     * Folder of the pool on this host that holds the disk.
     */
    path: string;
    /**
     * Size of the disk in bytes as its guest would see it; a sparse disk occupies less.
     */
    sizeBytes?: number;
    /**
     * Namespace that the disk belongs to; absent where nobody knows.
     */
    namespace?: string;
    /**
     * Name of the XenVM that the disk belongs to; absent where nobody knows.
     */
    vmName?: string;
  }[];
  /**
   * All disks whose VM is gone, also those not listed.
   */
  retainedDiskCount?: number;
  /**
   * Domains or records did not fit into this report: what it does not list is unknown. What lives is listed first.
   */
  truncated?: boolean;
  /**
   * Ready: the agent sees its host and obeys orders of this fleet; where it is False the message says what is wrong.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenAgent {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenAgent';
  metadata: ObjectMeta;
  spec: XenAgentSpec;
  status?: XenAgentStatus;
}

/**
 * What the agent is to keep true, everything granted.
 */
export interface XenDomainSpec {
  /**
   * UID of the kube-system namespace; the agent refuses orders of another fleet.
   */
  fleetID: string;
  /**
   * The XenVM that this order is for.
   */
  vm: {
    /**
     * Namespace of the XenVM.
     */
    namespace: string;
    /**
     * Name of the XenVM. In xl the domain is named by both, namespace.name.
     */
    name: string;
    /**
     * UID of the XenVM object.
     */
    uid: string;
  };
  /**
   * Placement of the XenVM that this order belongs to.
   */
  epoch: number;
  /**
   * The boot of the Dom0 that the claim counts on. The agent starts nothing in any other boot.
   */
  bootID?: string;
  /**
   * Running: kept running as the run policy says. Stopped: ended, its disks kept. Absent: ended, and this epoch and all before it retired for good. Running by itself never ends a guest that runs. Under runPolicy Manual what the Dom0 keeps goes before it (status.kept).
   */
  desired: "Running" | "Stopped" | "Absent";
  /**
   * How Xen runs the guest, from spec.type of the XenVM. Needed unless desired is Absent.
   */
  type?: "pv" | "pvh" | "hvm";
  /**
   * What follows when a run ends by itself, from spec.runPolicy of the XenVM. Needed unless desired is Absent.
   */
  runPolicy?: "Always" | "RerunOnFailure" | "Once" | "Manual" | "Halted";
  /**
   * Seconds that the guest has to power off once it is to be ended; then its domain is destroyed. 0: it is destroyed at once. 60 if absent.
   */
  gracePeriodSeconds?: number;
  /**
   * The last operation on the XenVM that was handed to this host. The agent runs it once, whatever desired says afterwards, and remembers it on the Dom0; it stays here until the next one.
   */
  operation?: {
    /**
     * UID of the XenVMOperation, by which it is known for good.
     */
    uid: string;
    /**
     * When the XenVMOperation was created. One that is older than all that the Dom0 remembers is never run.
     */
    createdAt: string;
    /**
     * Start: runs a guest that is off. Stop: ends it. Restart: ends it and starts it anew.
     */
    type: "Start" | "Stop" | "Restart";
    /**
     * Stop, Restart: seconds that the guest has to power off; 0: its domain is destroyed at once. As the order says if absent.
     */
    gracePeriodSeconds?: number;
  };
  /**
   * Virtual CPUs of the domain. Needed unless desired is Absent.
   */
  vcpus?: {
    /**
     * Virtual CPUs that are online at the start; at most max. The operator orders both alike.
     */
    count: number;
    /**
     * Virtual CPUs that the domain can ever have in this run.
     */
    max: number;
  };
  /**
   * Memory of the domain in MiB. Needed unless desired is Absent.
   */
  memory?: {
    /**
     * MiB that the guest gets at its start; at most maxMiB. The operator orders both alike.
     */
    targetMiB: number;
    /**
     * MiB that the guest can ever have in this run; what the ledger counts, with Xen's overhead on top.
     */
    maxMiB: number;
  };
  /**
   * Share of the physical CPUs, from the XenVMClass; Xen's defaults if absent.
   */
  cpu?: {
    /**
     * Weight of the domain in Xen's credit2 scheduler; Xen's default, 256, if absent.
     */
    weight?: number;
    /**
     * Upper bound in percent of one physical CPU (200 is two); none if absent.
     */
    capPercent?: number;
  };
  /**
   * How the guest boots, from spec.boot of the XenVM. An hvm guest boots from its disk with SeaBIOS if absent.
   */
  boot?: {
    /**
     * pv, pvh: name of the kernel under the image directory of the host. Needed for these types.
     */
    kernel?: string;
    /**
     * pv, pvh: name of the initial ramdisk under the image directory of the host; none if absent.
     */
    ramdisk?: string;
    /**
     * pv, pvh: command line of the kernel; empty if absent.
     */
    cmdline?: string;
    /**
     * hvm: bios (SeaBIOS) or uefi (OVMF); bios if absent.
     */
    firmware?: "bios" | "uefi";
    /**
     * hvm: devices to boot from, in this order; disk alone if absent.
     *
     * @maxItems 3
     */
    order?: ("disk" | "cdrom" | "network")[];
  };
  /**
   * Disks of the guest. The agent makes those that do not exist before it starts the domain, unless made says that they do; none if absent.
   *
   * @maxItems 16
   */
  disks?: {
    /**
     * Name of the disk within its VM. Together with the UUID it names the file in the pool.
     */
    name: string;
    /**
     * Device that the guest sees, such as xvda.
     */
    device: string;
    /**
     * Size in bytes. A file that is smaller grows to it before the next start of the domain, unless it is read only; none is ever made smaller.
     */
    sizeBytes: number;
    /**
     * Name of the XenStoragePool; the folder must prove to be this pool.
     */
    pool: string;
    /**
     * Folder of the pool on the host.
     */
    path: string;
    /**
     * Driver of the pool; file if absent.
     */
    driver?: "file";
    /**
     * Name of an image under the image directory of the host that a new disk starts as a copy of; blank if absent.
     */
    image?: string;
    /**
     * The guest may only read the disk; false if absent.
     */
    readOnly?: boolean;
    /**
     * The disk is known to exist. The agent never makes it: where it is not found the domain does not start.
     */
    made?: boolean;
  }[];
  /**
   * Network interfaces of the guest, in order; none if absent.
   *
   * @maxItems 8
   */
  networks?: {
    /**
     * Name of the interface within its VM.
     */
    name: string;
    /**
     * Linux bridge on the host that the interface is attached to. The policy file of the host must allow it.
     */
    bridge: string;
    /**
     * MAC address of the interface.
     */
    mac: string;
  }[];
  /**
   * Disks to remove once the domain is gone; only ever set for a deleted XenVM.
   *
   * @maxItems 32
   */
  deleteDisks?: {
    /**
     * Name of the disk within its VM.
     */
    name: string;
    /**
     * Folder of the pool on the host.
     */
    path: string;
    /**
     * The folder must prove to be this pool: one that is not mounted holds no deleted disk.
     */
    pool?: string;
    /**
     * Driver of the pool; file if absent.
     */
    driver?: "file";
  }[];
}

/**
 * What the agent saw and did. Written by the agent only.
 */
export interface XenDomainStatus {
  /**
   * The metadata.generation that the agent had read when it wrote this status.
   */
  observedGeneration?: number;
  /**
   * Epoch that this status speaks of.
   */
  epoch?: number;
  /**
   * Where the domain is in its life. Starting: being made, or paused. Stopped: off as ordered, or left off by its run policy. Failed: it ended or could not be started, as the Ready condition says. Unknown: the agent cannot tell, or refuses the order. Absent: gone for good, as ordered.
   */
  phase?: "Starting" | "Running" | "Stopping" | "Stopped" | "Failed" | "Unknown" | "Absent";
  /**
   * The Dom0 refuses every epoch up to this one, for good.
   */
  refusedEpoch?: number;
  /**
   * The receipt, told with phase Absent only: the domain was looked for and is gone, and every epoch up to this one is refused.
   */
  retiredEpoch?: number;
  /**
   * Boot of the Dom0 in which this was seen.
   */
  bootID?: string;
  /**
   * Number that Xen gave the domain in this run; told only while it runs, and absent until it is known.
   */
  domid?: number;
  /**
   * Starts after the first one, since the order was taken up.
   */
  restarts?: number;
  /**
   * Under runPolicy Manual: what the Dom0 keeps, which is what the order wanted when it first said Manual, or the last Start or Stop since. It goes before desired.
   */
  kept?: "Running" | "Stopped";
  /**
   * Operations that were run here, as the Dom0 remembers them, the last one at the end.
   *
   * @maxItems 17
   */
  operations?: {
    /**
     * UID of the XenVMOperation.
     */
    uid: string;
    /**
     * How far it has come.
     */
    phase: "Running" | "Succeeded" | "Failed";
    /**
     * Why it has failed.
     */
    reason?: string;
    /**
     * The same in words for people.
     */
    message?: string;
    /**
     * When its end was noted, by the clock of the agent.
     */
    finishedAt?: string;
  }[];
  /**
   * What the running domain was started with; absent while it does not run, or where the agent does not remember the start.
   */
  granted?: {
    /**
     * Virtual CPUs of the running domain.
     */
    vcpus?: number;
    /**
     * Most memory that the running domain can have, in MiB.
     */
    memoryMiB?: number;
    /**
     * Network interfaces of the running domain. Their addresses are taken until it ends, whatever the order says by now.
     *
     * @maxItems 16
     */
    networks?: {
      /**
       * Name of the interface.
       */
      name: string;
      /**
       * Its MAC address.
       */
      mac: string;
    }[];
  };
  /**
   * Fields of the order that take effect at the next start of the domain.
   *
   * @maxItems 16
   */
  restartRequired?: string[];
  /**
   * Disks that exist on this host.
   *
   * @maxItems 1024
   */
  madeDisks?: string[];
  /**
   * Disks of the order that exist, as large as the host says that they are. One that is smaller than ordered grows at the next start of the domain.
   *
   * @maxItems 16
   */
  disks?: {
    /**
     * Name of the disk in the order.
     */
    name: string;
    /**
     * Size in bytes of its file, as the host has told it.
     */
    sizeBytes: number;
  }[];
  /**
   * How the last run ended; absent if none has ended yet.
   */
  lastTermination?: {
    /**
     * poweroff, reboot, suspend, crash, watchdog or soft_reset: by the guest itself. destroyed: by somebody else. hostReboot: with its host. ordered: as an order asked. stopped, restarted: by an operation.
     */
    reason?: string;
    /**
     * When the agent noted the end, by the clock of the agent.
     */
    time?: string;
    /**
     * Boot of the Dom0 in which that run was started.
     */
    hostBootID?: string;
  };
  /**
   * Ready: the domain is as the order wants it; where it is not True, reason and message say why.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenDomain {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenDomain';
  metadata: ObjectMeta;
  spec: XenDomainSpec;
  status?: XenDomainStatus;
}

/**
 * How the server takes part in the fleet.
 */
export interface XenHostSpec {
  /**
   * Hosts of one pool share rules.
   */
  pool?: string;
  /**
   * Cordoned. Nothing new is placed here; what runs, runs on.
   */
  unschedulable?: boolean;
  /**
   * Repel VMs that do not tolerate them. PreferNoSchedule only weighs.
   *
   * @maxItems 16
   */
  taints?: {
    /**
     * Key of the taint, which a toleration names.
     */
    key: string;
    /**
     * Value of the taint, which a toleration with operator Equal must repeat; empty if absent.
     */
    value?: string;
    /**
     * NoSchedule and NoExecute: VMs that do not tolerate the taint are not placed here. PreferNoSchedule: other hosts are preferred for them. What runs here runs on, under NoExecute too.
     */
    effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  }[];
  /**
   * A note of how the Dom0 is reached, for people and for tools that start agents. Neither the operator nor the agent reads it: an agent goes by its flags (docs/reference/flags.md).
   */
  connection?: {
    /**
     * agent: the agent runs on the Dom0. ssh: it runs elsewhere and reaches the Dom0 over ssh.
     */
    mode: "agent" | "ssh";
    /**
     * How the Dom0 is reached over ssh; needed with mode ssh, and refused without it.
     */
    ssh?: {
      /**
       * Name or address of the Dom0, without the port.
       */
      host: string;
      /**
       * Port of the ssh server; 22 is meant where absent.
       */
      port?: number;
      /**
       * User to log in as; root is meant where absent.
       */
      user?: string;
      /**
       * Fingerprint of the host key, as ssh-keygen -l prints it: what --ssh-host-key of the agent is to be given.
       */
      hostKey: string;
    };
  };
  /**
   * Kept back on top of what Dom0 and the hypervisor use.
   */
  reserved?: {
    /**
     * Memory that is never sold, e.g. 1Gi.
     */
    memory?: number | string;
  };
  /**
   * HVM guests that Dom0 carries: each has a device model there, a QEMU process. If absent, one for each 64 MiB of Dom0 beyond its first 512 MiB, and none while its memory is not known. What is there already stays.
   */
  maxHVMGuests?: number;
  /**
   * Nothing that this host reports is believed, e.g. because the token of its agent was stolen: nothing is placed, taken over, moved or let go by its word, and nobody waits for its reports. What runs there stays. Lift it, or power the host off, before you restore a backup of the cluster.
   */
  quarantined?: boolean;
  /**
   * The machine that this host is, if it is not the one that reported first (status.machineID): set it if the server was replaced or its Dom0 installed anew.
   */
  machineID?: string;
  /**
   * The boot ID (status.bootID) of a boot of this host that an administrator KNOWS to be over, e.g. after pulling its power. Counts only while the host is silent, and no more at all once that boot was heard after it (status.refutedDeath). Its VMs may then be claimed elsewhere.
   */
  declaredDead?: string;
}

/**
 * What is. Written by the operator only.
 */
export interface XenHostStatus {
  /**
   * The metadata.generation that this status speaks of; -1 before the operator has written any.
   */
  observedGeneration?: number;
  /**
   * Pending: the agent has not reported yet. Ready: it reports and VMs can be placed. NotReady: something forbids it, as the Ready condition says. Unknown: the host is silent or declared dead. Terminating: the XenHost is being deleted.
   */
  phase?: "Pending" | "Ready" | "NotReady" | "Unknown" | "Terminating";
  /**
   * Boot of the Dom0 that last reported.
   */
  bootID?: string;
  /**
   * The machine that reported first under this name, or the one in the spec. No other is believed or obeyed.
   */
  machineID?: string;
  /**
   * spec.declaredDead, if that boot was heard after it was declared over. The word is void until somebody takes it back.
   */
  refutedDeath?: string;
  /**
   * Version of Xen as the agent reports it; absent until it has.
   */
  xenVersion?: string;
  /**
   * What the server has.
   */
  capacity?: {
    /**
     * Physical CPUs (hardware threads) of the cpupool that guests are made in.
     */
    cpus?: number;
    /**
     * Memory of the host in MiB as a quantity, such as 262144Mi; what Dom0 and Xen use is in it.
     */
    memory?: string;
    /**
     * HVM guests that its Dom0 carries, by spec.maxHVMGuests or by its memory; foreign ones are among them.
     */
    hvmGuests?: number;
  };
  /**
   * What claims and domains take, overhead included.
   */
  committed?: {
    /**
     * Number of VMs with a claim on this host, whether they run or not.
     */
    vms?: number;
    /**
     * vCPUs of these VMs, shared and dedicated ones added up.
     */
    vcpus?: number;
    /**
     * Memory of these VMs in MiB as a quantity.
     */
    memory?: string;
    /**
     * HVM guests that are there or kept room for, those of nobody in the fleet among them.
     */
    hvmGuests?: number;
  };
  /**
   * What can still be sold, by the operator's ledger.
   */
  free?: {
    /**
     * Memory that can still be sold here, in MiB as a quantity. A VM takes its own memory out of it, and Xen's overhead for it.
     */
    memory?: string;
  };
  /**
   * Ready: the agent reports and the host can take VMs.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenHost {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenHost';
  metadata: ObjectMeta;
  spec: XenHostSpec;
  status?: XenHostStatus;
}

/**
 * Where the network is found on a host, and who may use it.
 */
export interface XenNetworkSpec {
  /**
   * Name of the bridge on the hosts, e.g. xenbr0. VMs of this network go only to hosts that have it.
   */
  bridge: string;
  /**
   * Which namespaces may use it.
   */
  allowedNamespaces: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      /**
       * Labels that must be there, each with this very value. Asks for nothing if absent.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Further rules about labels, all of which must hold. None if absent.
       *
       * @maxItems 16
       */
      matchExpressions?: {
        /**
         * Key of the label that the rule is about.
         */
        key: string;
        /**
         * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
         */
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
         *
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenNetwork {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenNetwork';
  metadata: ObjectMeta;
  spec: XenNetworkSpec;
}

/**
 * The rules that its hosts share.
 */
export interface XenPoolSpec {
  /**
   * How many shared vCPUs are sold per physical CPU, 1 to 64; 4 where absent. Memory is never sold twice.
   */
  vcpuRatio?: number;
  /**
   * How many hosts may be lost at once with room left on the others to restart every VM of theirs: 0, 1 or 2; 0 where absent. A VM that would break this stays Pending and says which loss could not be absorbed. VMs whose disks hold them on their host are not counted. 2 is judged in pools of up to 256 hosts.
   */
  hostFailuresToTolerate?: number;
  /**
   * Which namespaces may place VMs on its hosts; all where absent. VMs that run there run on. (Taints keep no tenant away: whoever writes a XenVM writes its tolerations.)
   */
  allowedNamespaces?: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      /**
       * Labels that must be there, each with this very value. Asks for nothing if absent.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Further rules about labels, all of which must hold. None if absent.
       *
       * @maxItems 16
       */
      matchExpressions?: {
        /**
         * Key of the label that the rule is about.
         */
        key: string;
        /**
         * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
         */
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
         *
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

/**
 * What is. Written by the operator only.
 */
export interface XenPoolStatus {
  /**
   * The metadata.generation that this status speaks of; -1 before the operator has written any.
   */
  observedGeneration?: number;
  /**
   * The rules in force, defaults filled in.
   */
  rules?: {
    /**
     * Shared vCPUs that are sold per physical CPU.
     */
    vcpuRatio?: number;
    /**
     * Hosts that may be lost at once with room left for all of their VMs.
     */
    hostFailuresToTolerate?: number;
  };
  /**
   * Its hosts.
   */
  hosts?: {
    /**
     * Number of XenHosts in the pool.
     */
    count?: number;
    /**
     * Of these, the ones that report and can take VMs.
     */
    ready?: number;
  };
  /**
   * What its hosts have.
   */
  capacity?: {
    /**
     * Physical CPUs.
     */
    cpus?: number;
    /**
     * Physical CPUs times the ratio.
     */
    vcpus?: number;
    /**
     * Memory of its hosts in MiB as a quantity; what Dom0 and Xen use is in it.
     */
    memory?: string;
    /**
     * HVM guests that the Dom0s of its hosts carry.
     */
    hvmGuests?: number;
  };
  /**
   * What claims and domains take, overhead included.
   */
  committed?: {
    /**
     * Number of VMs with a claim on a host of the pool, whether they run or not.
     */
    vms?: number;
    /**
     * vCPUs of these VMs, shared and dedicated ones added up.
     */
    vcpus?: number;
    /**
     * Memory of these VMs in MiB as a quantity.
     */
    memory?: string;
    /**
     * HVM guests that are there or kept room for, those of nobody in the fleet among them.
     */
    hvmGuests?: number;
  };
  /**
   * What is left on its Ready hosts by the operator's ledger, before any room is kept for failures.
   */
  free?: {
    /**
     * Shared vCPUs that can still be placed. Cordoned hosts count for nothing.
     */
    vcpus?: number;
    /**
     * Memory that can still be sold, in MiB as a quantity. A VM takes its own memory out of it, and Xen's overhead for it. Cordoned hosts count for nothing.
     */
    memory?: string;
    /**
     * HVM guests that can still be placed. Cordoned hosts count for nothing.
     */
    hvmGuests?: number;
  };
  /**
   * The loss that would hurt most, of as many hosts as are to be tolerated (of one where that is 0).
   */
  worstLoss?: {
    /**
     * Names of the lost hosts.
     *
     * @maxItems 16
     */
    hosts?: string[];
    /**
     * VMs that would have to be restarted elsewhere.
     */
    vms?: number;
    /**
     * What they take, overhead included.
     */
    memory?: string;
    /**
     * VMs whose disks hold them there; they wait for their host.
     */
    held?: number;
    /**
     * Where all could be restarted: the memory that would then be free on the Ready hosts that are left.
     */
    headroom?: string;
    /**
     * The VMs that could not be restarted; absent where all could.
     */
    left?: {
      /**
       * Number of these VMs.
       */
      vms?: number;
      /**
       * Memory that they take in MiB as a quantity, overhead included.
       */
      memory?: string;
      /**
       * Some of them, as namespace.name.
       *
       * @maxItems 16
       */
      names?: string[];
    };
  };
  /**
   * FailuresTolerated: every VM could be restarted after any such loss. Ready: the rules are in force and hold. Stalled: only a change of the spec or of the hosts helps.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenPool {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenPool';
  metadata: ObjectMeta;
  spec: XenPoolSpec;
  status?: XenPoolStatus;
}

/**
 * Where the disks are, how far they reach, and who may use the pool.
 */
export interface XenStoragePoolSpec {
  /**
   * file: one raw file per disk.
   */
  driver: "file";
  /**
   * Absolute path of the folder on every host, e.g. /var/lib/xenfleet/disks. The policy file of the host must allow it.
   */
  path: string;
  /**
   * local: a disk exists on one host only, its VM stays there. replicated, shared: the storage itself brings the disk to other hosts. Declared, never guessed.
   */
  locality: "local" | "replicated" | "shared";
  /**
   * How many bytes of disks are promised per byte of room; 1 if absent. Disks are sparse: above 1 the pool fills up when guests use what they were promised.
   */
  overcommitRatio?: number;
  /**
   * Which namespaces may use it.
   */
  allowedNamespaces: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      /**
       * Labels that must be there, each with this very value. Asks for nothing if absent.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Further rules about labels, all of which must hold. None if absent.
       *
       * @maxItems 16
       */
      matchExpressions?: {
        /**
         * Key of the label that the rule is about.
         */
        key: string;
        /**
         * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
         */
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
         *
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenStoragePool {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenStoragePool';
  metadata: ObjectMeta;
  spec: XenStoragePoolSpec;
}

/**
 * What the user wants. The operator never writes here.
 */
export interface XenVMSpec {
  /**
   * Name of the XenVMClass (the plan) that sets vCPUs and memory. Exactly one of className and resources.
   */
  className?: string;
  /**
   * Size of this VM where no plan is used. Exactly one of className and resources.
   */
  resources?: {
    /**
     * Number of virtual CPUs, 1 to 512.
     */
    vcpus: number;
    /**
     * Guest memory as a Kubernetes quantity, e.g. 4Gi; at least 8Mi. Rounded up to whole MiB. It is reserved on the host for as long as the VM exists.
     */
    memory: number | string;
  };
  /**
   * How Xen runs the guest. pvh: hardware-assisted, no device emulation, boots a Linux kernel given in spec.boot. hvm: a full virtual PC with firmware (Windows, BSD, any installer). pv: paravirtual, for hosts without hardware support.
   */
  type: "pv" | "pvh" | "hvm";
  /**
   * What to keep true. Always: runs; restarted after a shutdown, crash or host reboot. RerunOnFailure: restarted after a crash, a destroyed domain or a host reboot, not after a clean shutdown. Once: started once. Manual: stays as it is; what runs runs on and is not restarted once it ends, what is off or new stays off, until a XenVMOperation starts or stops it. Halted: off, keeps its place and its memory. A guest that reboots itself is started again under every policy but Halted.
   */
  runPolicy?: "Always" | "RerunOnFailure" | "Once" | "Manual" | "Halted";
  /**
   * How the guest boots. pv and pvh: kernel, ramdisk, cmdline. hvm: firmware, order.
   */
  boot?: {
    /**
     * pv, pvh: name of the kernel under the image directory of the host, e.g. debian/vmlinuz. Never an absolute path.
     */
    kernel?: string;
    /**
     * pv, pvh: name of the initial ramdisk under the image directory of the host, e.g. debian/initrd.gz.
     */
    ramdisk?: string;
    /**
     * pv, pvh: command line of the kernel. Printable ASCII without quotes and backslashes.
     */
    cmdline?: string;
    /**
     * hvm: bios (SeaBIOS, what is used where nothing is said) or uefi (OVMF).
     */
    firmware?: "bios" | "uefi";
    /**
     * hvm: devices to boot from, in this order. Disk first where nothing is said.
     *
     * @minItems 1
     * @maxItems 3
     */
    order?: ("disk" | "cdrom" | "network")[];
  };
  /**
   * Disks of the guest, made by the agent in a storage pool. Kept when the VM is deleted, unless deletionPolicy says otherwise.
   *
   * @maxItems 16
   */
  disks?: {
    /**
     * Name of the disk within this VM, e.g. root. Together with the identity of the VM it names the file in the pool.
     */
    name: string;
    /**
     * Device that the guest sees, e.g. xvda (all types) or hda (hvm).
     */
    device: string;
    /**
     * Size as a Kubernetes quantity, e.g. 20Gi. A disk may grow, never shrink: its file grows at the next start of the domain, unless it is read only.
     */
    size: number | string;
    /**
     * Name of the XenStoragePool that holds the disk.
     */
    pool: string;
    /**
     * Name of an image under the image directory of the host that the disk starts as a copy of, e.g. debian.raw. Blank where absent.
     */
    image?: string;
    /**
     * The guest may only read the disk. False where absent.
     */
    readOnly?: boolean;
    /**
     * What happens to the disk when the VM is deleted. Retain (where absent): kept on the host and listed there. Delete: removed.
     */
    deletionPolicy?: "Retain" | "Delete";
  }[];
  /**
   * Network interfaces of the guest, in order.
   *
   * @maxItems 8
   */
  networks?: {
    /**
     * Name of the interface within this VM, e.g. eth0.
     */
    name: string;
    /**
     * Name of the XenNetwork it is attached to.
     */
    network: string;
    /**
     * Unicast MAC address in lower case, e.g. 02:16:3e:12:34:56. Derived from the identity of the VM where absent.
     */
    mac?: string;
  }[];
  /**
   * Where the VM may run. Shapes are those of Kubernetes pods; label selectors see only VMs of the same namespace.
   */
  placement?: {
    /**
     * Only hosts whose spec.pool is this one.
     */
    pool?: string;
    /**
     * Only hosts (XenHost) whose labels match.
     */
    hostSelector?: {
      /**
       * Labels that must be there, each with this very value. Asks for nothing if absent.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Further rules about labels, all of which must hold. None if absent.
       *
       * @maxItems 16
       */
      matchExpressions?: {
        /**
         * Key of the label that the rule is about.
         */
        key: string;
        /**
         * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
         */
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
         *
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
    /**
     * Taints of hosts that this VM tolerates.
     *
     * @maxItems 16
     */
    tolerations?: {
      /**
       * Key of the taint that is tolerated; every key if absent, which only works with operator Exists.
       */
      key?: string;
      /**
       * Exists: whatever the value of the taint. Equal: only if the value is the same. Equal if absent.
       */
      operator?: "Exists" | "Equal";
      /**
       * Value that the taint must have with operator Equal; empty if absent.
       */
      value?: string;
      /**
       * Only taints of this effect are tolerated; of every effect if absent.
       */
      effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
      /**
       * Accepted for the shape of pods and read by nobody: no taint ends a VM that runs.
       */
      tolerationSeconds?: number;
    }[];
    /**
     * Place near VMs of the same namespace that match (shape of podAffinity).
     */
    affinity?: {
      /**
       * Rules that a host must meet for the VM to be placed there. affinity: for each, a VM that matches is in the same domain; the first VM of a group that matches its own rule may start anywhere. antiAffinity: for none is one there, and the VMs that are there ask the same of this one. A VM that is placed stays when they stop holding. None if absent.
       *
       * @maxItems 8
       *
       * Items: Which VMs the rule is about, and how near is meant.
       */
      requiredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
         */
        topologyKey: string;
        /**
         * Which VMs of the same namespace the rule is about, by the labels of their XenVMs. No VM if absent, every VM if empty.
         */
        labelSelector?: {
          /**
           * Labels that must be there, each with this very value. Asks for nothing if absent.
           */
          matchLabels?: {
            [k: string]: string;
          };
          /**
           * Further rules about labels, all of which must hold. None if absent.
           *
           * @maxItems 16
           */
          matchExpressions?: {
            /**
             * Key of the label that the rule is about.
             */
            key: string;
            /**
             * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
             */
            operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
            /**
             * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
             *
             * @maxItems 32
             */
            values?: string[];
          }[];
        };
      }[];
      /**
       * Wishes, weighed against each other and against free room; none of them keeps the VM from being placed. None if absent.
       *
       * @maxItems 8
       */
      preferredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * How much each matching VM in the domain of a host counts, from 1 to 100: for that host in affinity, against it in antiAffinity.
         */
        weight: number;
        /**
         * Which VMs the rule is about, and how near is meant.
         */
        podAffinityTerm: {
          /**
           * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
           */
          topologyKey: string;
          /**
           * Which VMs of the same namespace the rule is about, by the labels of their XenVMs. No VM if absent, every VM if empty.
           */
          labelSelector?: {
            /**
             * Labels that must be there, each with this very value. Asks for nothing if absent.
             */
            matchLabels?: {
              [k: string]: string;
            };
            /**
             * Further rules about labels, all of which must hold. None if absent.
             *
             * @maxItems 16
             */
            matchExpressions?: {
              /**
               * Key of the label that the rule is about.
               */
              key: string;
              /**
               * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
               *
               * @maxItems 32
               */
              values?: string[];
            }[];
          };
        };
      }[];
    };
    /**
     * Keep away from VMs of the same namespace that match (shape of podAntiAffinity).
     */
    antiAffinity?: {
      /**
       * Rules that a host must meet for the VM to be placed there. affinity: for each, a VM that matches is in the same domain; the first VM of a group that matches its own rule may start anywhere. antiAffinity: for none is one there, and the VMs that are there ask the same of this one. A VM that is placed stays when they stop holding. None if absent.
       *
       * @maxItems 8
       *
       * Items: Which VMs the rule is about, and how near is meant.
       */
      requiredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
         */
        topologyKey: string;
        /**
         * Which VMs of the same namespace the rule is about, by the labels of their XenVMs. No VM if absent, every VM if empty.
         */
        labelSelector?: {
          /**
           * Labels that must be there, each with this very value. Asks for nothing if absent.
           */
          matchLabels?: {
            [k: string]: string;
          };
          /**
           * Further rules about labels, all of which must hold. None if absent.
           *
           * @maxItems 16
           */
          matchExpressions?: {
            /**
             * Key of the label that the rule is about.
             */
            key: string;
            /**
             * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
             */
            operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
            /**
             * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
             *
             * @maxItems 32
             */
            values?: string[];
          }[];
        };
      }[];
      /**
       * Wishes, weighed against each other and against free room; none of them keeps the VM from being placed. None if absent.
       *
       * @maxItems 8
       */
      preferredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * How much each matching VM in the domain of a host counts, from 1 to 100: for that host in affinity, against it in antiAffinity.
         */
        weight: number;
        /**
         * Which VMs the rule is about, and how near is meant.
         */
        podAffinityTerm: {
          /**
           * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
           */
          topologyKey: string;
          /**
           * Which VMs of the same namespace the rule is about, by the labels of their XenVMs. No VM if absent, every VM if empty.
           */
          labelSelector?: {
            /**
             * Labels that must be there, each with this very value. Asks for nothing if absent.
             */
            matchLabels?: {
              [k: string]: string;
            };
            /**
             * Further rules about labels, all of which must hold. None if absent.
             *
             * @maxItems 16
             */
            matchExpressions?: {
              /**
               * Key of the label that the rule is about.
               */
              key: string;
              /**
               * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
               *
               * @maxItems 32
               */
              values?: string[];
            }[];
          };
        };
      }[];
    };
    /**
     * Spread over topology domains (shape of topologySpreadConstraints). A domain whose hosts are all cordoned, not ready, tainted without a toleration here, or without a network or guest type of the VM holds back nobody.
     *
     * @maxItems 8
     */
    topologySpread?: {
      /**
       * How many more matching VMs a domain may hold than the emptiest one, this VM included.
       */
      maxSkew: number;
      /**
       * Label of hosts that makes a domain: hosts of one value are one domain; kubernetes.io/hostname is the host itself.
       */
      topologyKey: string;
      /**
       * DoNotSchedule: no host that would exceed maxSkew, or that lacks the label, is used. ScheduleAnyway: such hosts are only avoided.
       */
      whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
      /**
       * Which VMs of the same namespace are counted, by the labels of their XenVMs. No VM if absent, every VM if empty.
       */
      labelSelector?: {
        /**
         * Labels that must be there, each with this very value. Asks for nothing if absent.
         */
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * Further rules about labels, all of which must hold. None if absent.
         *
         * @maxItems 16
         */
        matchExpressions?: {
          /**
           * Key of the label that the rule is about.
           */
          key: string;
          /**
           * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
           */
          operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
          /**
           * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
           *
           * @maxItems 32
           */
          values?: string[];
        }[];
      };
    }[];
  };
  /**
   * How the guest is ended.
   */
  shutdown?: {
    /**
     * Seconds the guest has to power off after it was asked; then its domain is destroyed. 60 where absent.
     */
    gracePeriodSeconds?: number;
  };
  /**
   * Who this VM is, where it must go on being a known domain: restored from a backup, moved from another cluster, or getting its retained disks back. Immutable.
   */
  identity?: {
    /**
     * The Xen UUID of the domain, in lower case.
     */
    uuid: string;
  };
}

/**
 * What is. Written by the operator only.
 */
export interface XenVMStatus {
  /**
   * The metadata.generation that this status speaks of.
   */
  observedGeneration?: number;
  /**
   * Pending: no host is claimed. Scheduled: one is, and its agent has not begun. Starting, Running, Stopping, Stopped, Failed: as the agent of the host says. Unknown: nobody can tell, mostly because the host is silent. Terminating: the XenVM is being deleted.
   */
  phase?:
    "Pending" | "Scheduled" | "Starting" | "Running" | "Stopping" | "Stopped" | "Failed" | "Unknown" | "Terminating";
  /**
   * The Xen UUID of the domain; all identity follows from it.
   */
  domainUUID?: string;
  /**
   * The one answer to "who may run this VM".
   */
  placement?: {
    /**
     * Name of the XenHost.
     */
    host: string;
    /**
     * Grows by one at every placement.
     */
    epoch: number;
    /**
     * The boot of the host that the claim counts on; after another one it is made anew.
     */
    bootID?: string;
  };
  /**
   * What the host of the placement keeps for this VM, whether it runs or not. Written together with the placement. It grows only if the host has room, and shrinks once the domain is no larger.
   */
  reserved?: {
    /**
     * Number of virtual CPUs that are kept.
     */
    vcpus: number;
    /**
     * Memory that is kept, in MiB, without Xen's overhead.
     */
    memoryMiB: number;
    /**
     * The vCPUs are whole physical CPUs.
     */
    dedicated?: boolean;
    /**
     * Room in Dom0 for a device model, as each hvm guest has one.
     */
    hvm?: boolean;
    /**
     * Disks that room is kept for, each in its pool; none if absent.
     *
     * @maxItems 64
     */
    disks?: {
      /**
       * Name of the disk, as in spec.disks.
       */
      name: string;
      /**
       * Name of the XenStoragePool.
       */
      pool: string;
      /**
       * Bytes that are kept for the disk.
       */
      sizeBytes: number;
    }[];
  };
  /**
   * UID of the XenVMClass that the granted size was taken from.
   */
  classUID?: string;
  /**
   * What the order in force grants.
   */
  granted?: {
    /**
     * Number of virtual CPUs that the order grants.
     */
    vcpus?: number;
    /**
     * Whole MiB as a quantity, e.g. 16384Mi.
     */
    memory?: string;
  };
  /**
   * Network interfaces with the addresses that they have: those of the running guest, also after an edit that waits for its restart; else those of the order. None if absent.
   *
   * @maxItems 8
   */
  networks?: {
    /**
     * Name of the interface, as in spec.networks.
     */
    name: string;
    /**
     * MAC address of the interface, given in the spec or derived.
     */
    mac: string;
  }[];
  /**
   * Disks that were made. They keep their folder for life, and are never made again.
   *
   * @maxItems 16
   */
  disks?: {
    /**
     * Name of the disk, as in spec.disks.
     */
    name: string;
    /**
     * Name of the XenStoragePool that holds the disk.
     */
    pool: string;
    /**
     * Folder of the pool on the host.
     */
    path: string;
    /**
     * The host that holds it, if the pool is local.
     */
    host?: string;
  }[];
  /**
   * How the domain ended the last time.
   */
  lastTermination?: {
    /**
     * poweroff, reboot, suspend, crash, watchdog or soft_reset: by the guest itself. destroyed: by somebody else. hostReboot: with its host. ordered: as an order asked. stopped, restarted: by an operation.
     */
    reason?: string;
    /**
     * When the agent of the host noted the end, by the clock of the agent.
     */
    time?: string;
    /**
     * Boot of the host in which that run was started.
     */
    hostBootID?: string;
  };
  /**
   * Ready: the declared state is reached. Stalled: only an act of somebody helps. Scheduled: a host is claimed. RestartRequired: an edit waits for a restart. Resized, only while it is False: an edit waits for room on the host, and what was granted stays in force.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenVM {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenVM';
  metadata: ObjectMeta;
  spec: XenVMSpec;
  status?: XenVMStatus;
}

/**
 * Size and standing of the VMs of this plan.
 */
export interface XenVMClassSpec {
  /**
   * Number of virtual CPUs, 1 to 512.
   */
  vcpus: number;
  /**
   * Guest memory as a Kubernetes quantity, e.g. 16Gi; at least 8Mi. Rounded up to whole MiB.
   */
  memory: number | string;
  /**
   * Each vCPU takes a whole physical CPU out of the shared ones. False where absent.
   */
  dedicated?: boolean;
  /**
   * Weight of the credit2 scheduler; 256 where absent.
   */
  cpuWeight?: number;
  /**
   * Upper bound in percent of one physical CPU (200 is two); none where absent.
   */
  cpuCapPercent?: number;
  /**
   * VMs of a higher priority are placed first. 0 where absent.
   */
  priority?: number;
  /**
   * Which namespaces may use it; all where absent. VMs that run under it run on.
   */
  allowedNamespaces?: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      /**
       * Labels that must be there, each with this very value. Asks for nothing if absent.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Further rules about labels, all of which must hold. None if absent.
       *
       * @maxItems 16
       */
      matchExpressions?: {
        /**
         * Key of the label that the rule is about.
         */
        key: string;
        /**
         * In: the label is there and its value is one of values. NotIn: it is absent, or has another value. Exists, DoesNotExist: the label is there, or is not, whatever its value.
         */
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values for In and NotIn; the other operators do not read them. None if absent: then In matches nothing, and NotIn everything.
         *
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenVMClass {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenVMClass';
  metadata: ObjectMeta;
  spec: XenVMClassSpec;
}

/**
 * What is to be done. It never changes; make another operation for another act.
 */
export interface XenVMOperationSpec {
  /**
   * Name of the XenVM in the same namespace.
   */
  vmName: string;
  /**
   * Start: runs a guest that is off, under runPolicy Manual and RerunOnFailure. Stop: shuts it down, under Manual, RerunOnFailure and Once. Restart: shuts it down and starts it anew, which applies edits that wait for it; under every policy but Halted. Reset: the same without asking the guest.
   */
  type: "Start" | "Stop" | "Restart" | "Reset";
  /**
   * Stop, Restart: the guest is not asked, its domain is destroyed at once, as if its power was cut. False if absent.
   */
  force?: boolean;
  /**
   * Stop, Restart: seconds that the guest has to power off once it was asked; then its domain is destroyed. As spec.shutdown of the XenVM says if absent.
   */
  gracePeriodSeconds?: number;
  /**
   * Seconds after its end until the operation is deleted by itself; a day if absent.
   */
  ttlSecondsAfterFinished?: number;
}

/**
 * What became of it. Written by the operator only.
 */
export interface XenVMOperationStatus {
  /**
   * The metadata.generation that this status speaks of.
   */
  observedGeneration?: number;
  /**
   * Pending: it waits for its turn, or for the XenVM. Running: it was handed to the host, and from then on to no other. Succeeded: done. Failed: refused, or not done as meant; the Ready condition says why.
   */
  phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  /**
   * UID of the XenVM that it is for; another one of the same name is not acted on.
   */
  vmUID?: string;
  /**
   * The host that it was handed to.
   */
  host?: string;
  /**
   * When it was handed to the host.
   */
  startedAt?: string;
  /**
   * When its end was noted.
   */
  finishedAt?: string;
  /**
   * Ready: it has succeeded. Stalled: it has failed. Finished: it is over, one way or the other.
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition; a list holds each name once.
     */
    type: string;
    /**
     * Whether the condition holds: True, False, or Unknown where nobody can tell.
     */
    status: "True" | "False" | "Unknown";
    /**
     * One word for machines that says why; docs/reference/reasons.md tells what each means and what to do.
     */
    reason: string;
    /**
     * The same in words for people, with names, figures and what helps.
     */
    message: string;
    /**
     * The metadata.generation that the condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status of the condition last changed.
     */
    lastTransitionTime: string;
  }[];
}

export interface XenVMOperation {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenVMOperation';
  metadata: ObjectMeta;
  spec: XenVMOperationSpec;
  status?: XenVMOperationStatus;
}
