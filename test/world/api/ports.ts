/** What the model of the API server takes from outside, and what it tells of itself. */
import type { KubeObject, ResourceType } from '../../../common/kube/types';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /**
   * Of the ServiceAccount that the token is for; its token ends with it. Absent: no token that
   * ends.
   */
  readonly uid?: string;
  /** What its process calls itself; the field manager of writes that name none. */
  readonly agent?: string;
}

export interface AdmissionRequest {
  readonly user: User;
  readonly verb: string;
  readonly resource: ResourceType;
  readonly subresource?: 'status';
  readonly namespace?: string;
  readonly name?: string;
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly dryRun?: boolean;
}

export interface Refusal {
  readonly code: number;
  /** The body, a metav1.Status; a router's is plain text. */
  readonly status: object | string;
}

/** The objects as they are, for rules that look at others than the one in hand. */
export interface Lookup {
  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined;
  list(resource: ResourceType, namespace?: string): readonly KubeObject[];
}

/** Rights, schemas and policies; pure. */
export interface Admission {
  authorize(request: AdmissionRequest, lookup: Lookup): Refusal | undefined;
  /** The object pruned and with its defaults, or why not. */
  admit(request: AdmissionRequest, lookup: Lookup): { readonly object: KubeObject } | Refusal;
}

/** Everybody may do everything, and objects stay as they came. */
export const PERMISSIVE: Admission = {
  authorize: () => undefined,
  admit: ({ object }) => ({ object: object as KubeObject }),
};

/** A write that took effect. Its objects are never changed. */
export interface Commit {
  readonly revision: number;
  readonly wallMs: number;
  readonly user: string;
  readonly verb: string;
  readonly resource: ResourceType;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As stored; of a deletion the last state, with the deletion's resourceVersion. */
  readonly object: KubeObject;
  readonly before?: KubeObject;
}

export interface Call {
  readonly user: User;
  readonly method: string;
  readonly verb: string;
  readonly resource: string;
  readonly path: string;
  readonly isStream: boolean;
}

/** What becomes of one call. Everything may be left out: then it works. */
export interface Fate {
  /** Until the connection stands and the guard is asked; default 0. */
  readonly connectMs?: number;
  /** From there to the server's act; default 1. */
  readonly arriveMs?: number;
  /** From the act to the answer; default 0. */
  readonly answerMs?: number;
  /**
   * `refused`: no connection, nothing was sent. `lostRequest`: sent, and never arrives.
   * `lostAnswer`:
   * done, and the connection breaks instead of the answer. `deaf`: sent, and neither arrives nor
   * breaks. `mute`: done, and never answered. An answer of that code instead of the act.
   */
  readonly outcome?: 'refused' | 'lostRequest' | 'lostAnswer' | 'deaf' | 'mute' | InsteadOfTheAct;
}

export interface InsteadOfTheAct {
  readonly code: number;
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
  /** The act is done all the same; for 5xx. */
  readonly afterTheAct?: boolean;
}

/** The network between one process and the server. */
export interface Link {
  fate(call: Call): Fate;
  /** How long a line of a watch is under way; default 1. Order is kept. */
  lineMs?(): number;
  /** Lines of a watch wait meanwhile; whoever waits too long takes the watch for dead. */
  isCut?(): boolean;
}

/** An ideal network. */
export const IDEAL: Link = { fate: () => ({}) };
