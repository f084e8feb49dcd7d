/**
 * What the model of the API server asks before a write takes effect, and what it is told. Pure: no
 * clock, no chance, no I/O. Objects are never changed in place, by nobody: what was found valid is
 * remembered by identity.
 */
import type { KubeObject } from '../../../../common/kube/types';
import type { AdmissionRequest as Asked, Lookup, Refusal as Refused } from '../ports';

export type { Lookup, User } from '../ports';

/**
 * `verb` is that of the call, as RBAC has it: a server-side apply that makes an object is a `patch`
 * without `oldObject`. `object`: as it would be stored, uid and name given; absent for reads and
 * deletions.
 */
export interface AdmissionRequest extends Asked {
  /**
   * What becomes of fields that the schema does not know; `Strict` refuses them, the others drop
   * them.
   */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface Refusal extends Refused {
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
