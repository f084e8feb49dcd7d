/**
 * What the model of the API server asks before a write takes effect, and what it is told. Pure: no
 * clock, no chance, no I/O. Objects are never changed in place, by nobody: what was found valid is
 * remembered by identity.
 */
import type { KubeObject, ResourceType } from '../../../../common/kube/types';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface AdmissionRequest {
  readonly user: User;
  /**
   * Of the call, as RBAC has it. A server-side apply that makes an object is a `patch` without
   * `oldObject`.
   */
  readonly verb: string;
  readonly resource: ResourceType;
  readonly subresource?: 'status';
  readonly namespace?: string;
  readonly name?: string;
  /** As it would be stored, uid and name given. Absent for reads and deletions. */
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly dryRun?: boolean;
  /**
   * What becomes of fields that the schema does not know; `Strict` refuses them, the others drop
   * them.
   */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface Refusal {
  readonly code: number;
  /** The body of the answer, a metav1.Status. */
  readonly status: Status;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly StatusCause[];
  };
  readonly code: number;
}

/** The objects as they are. Of a kind that is not kept there are none. */
export interface Lookup {
  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined;
  list(resource: ResourceType, namespace?: string): readonly KubeObject[];
}

export interface Admission {
  authorize(request: AdmissionRequest, lookup: Lookup): Refusal | undefined;
  /** The object pruned and with its defaults; of a deletion the object that goes. */
  admit(request: AdmissionRequest, lookup: Lookup): { readonly object: KubeObject } | Refusal;
}

/** A JSON value, as it comes from a client. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
