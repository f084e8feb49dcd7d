/**
 * One kind of ours, as its CRD has it: how its objects are read, and what is refused. The API
 * server also drops complaints about what an update leaves as it was. That cannot be seen here,
 * since
 * whatever is stored was found valid by the very same rules.
 */
import type { KubeObject, ResourceType } from '../../../../common/kube/types';
import { coerce } from './coerce';
import { readMetadata } from './decode';
import { WHOLE, child, invalid, required } from './field-error';
import type { FieldError, FieldErrorType } from './field-error';
import { checkListTypes } from './list-types';
import { checkCreated, checkFinalizers, checkUpdated } from './metadata';
import { subdomainProblems } from './names';
import { checkRules, compileRules } from './rules';
import type { RuleTree } from './rules';
import { compileSchema } from './schema';
import type { RawSchema, SchemaNode } from './schema';
import { isObject } from './types';
import type { Json, JsonObject } from './types';
import { checkValue } from './values';

export interface Crd {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: RawSchema };
      readonly subresources?: { readonly status?: object };
    }[];
  };
}

const OF_EVERY_KIND = new Set(['apiVersion', 'kind', 'metadata']);
/**
 * With one of these the rules are not asked: they may rely on what is missing or is something else.
 */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

export class CustomResource {
  readonly hasStatus: boolean;
  private readonly root: SchemaNode;
  private readonly rules: RuleTree | undefined;
  /**
   * Specs and statuses that are valid beside themselves: nothing more is asked of them while they
   * stay.
   */
  private readonly proved = new WeakSet<object>();

  constructor(crd: Crd) {
    const [version, ...others] = crd.spec.versions;
    if (version === undefined || others.length > 0)
      throw new TypeError(`${crd.metadata.name}: one version is modelled`);
    this.hasStatus = version.subresources?.status !== undefined;
    this.root = compileSchema(version.schema.openAPIV3Schema, crd.spec.names.kind);
    this.rules = compileRules(this.root);
  }

  /**
   * Prunes, and fills defaults in. `dropped` gets the unknown fields; the metadata's malformed one
   * is returned.
   */
  read(object: JsonObject, dropped?: string[]): { readonly object: JsonObject; readonly malformed?: string } {
    const made: Record<string, Json> = {};
    let isSame = true;
    for (const key in object) {
      const before = object[key] as Json;
      const after = this.readPart(key, before, dropped);
      if (after !== undefined) made[key] = after;
      if (after !== before) isSame = false;
    }
    for (const [key, { byDefault }] of this.root.properties) {
      if (byDefault === undefined || made[key] !== undefined) continue;
      made[key] = byDefault;
      isSame = false;
    }
    if (!isObject(object.metadata)) return { object: made, malformed: 'metadata' };
    const { metadata, malformed } = readMetadata(object.metadata, dropped);
    if (malformed !== undefined) return { object, malformed };
    return { object: isSame && metadata === object.metadata ? object : { ...made, metadata } };
  }

  private readPart(key: string, value: Json, dropped?: string[]): Json | undefined {
    if (OF_EVERY_KIND.has(key)) return value;
    const part = this.root.properties.get(key);
    if (part === undefined) dropped?.push(key);
    if (part === undefined || value === null) return undefined;
    if (typeof value === 'object' && this.proved.has(value)) return value;
    return coerce(part, value, key, dropped);
  }

  created(type: ResourceType, object: KubeObject): FieldError[] {
    const errors = checkCreated(object, type.namespaced, subdomainProblems);
    return this.checked(object as unknown as JsonObject, undefined, false, errors);
  }

  updated(object: KubeObject, old: KubeObject, isStatus: boolean): FieldError[] {
    // The API server looks at the metadata twice, and so tells everything twice.
    const { finalizers } = object.metadata;
    const errors = [...checkUpdated(object, old), ...checkUpdated(object, old), ...checkFinalizers(finalizers)];
    return this.checked(object as unknown as JsonObject, old as unknown as JsonObject, isStatus, errors);
  }

  private checked(
    object: JsonObject,
    old: JsonObject | undefined,
    isStatus: boolean,
    errors: FieldError[],
  ): FieldError[] {
    const fresh = [...this.root.properties].filter(
      ([key]) => !OF_EVERY_KIND.has(key) && this.isFresh(object[key], old?.[key]),
    );
    if (isStatus) this.checkStatus(object, errors);
    else {
      for (const [key, part] of fresh) checkValue(part, object[key] as Json, { field: key, path: key }, errors);
      for (const key of this.root.required) if (object[key] === undefined) errors.push(required(child('', key)));
    }
    for (const [key, part] of fresh) checkListTypes(part, object[key], key, errors);
    if (this.rules !== undefined) this.checkRules(object, old, new Set(fresh.map(([key]) => key)), errors);
    if (errors.length === 0 && old !== undefined) {
      for (const [key] of fresh) if (object[key] === old[key]) this.proved.add(object[key] as JsonObject);
    }
    return errors;
  }

  private isFresh(value: Json | undefined, old: Json | undefined): boolean {
    if (value === undefined) return false;
    return value !== old || typeof value !== 'object' || value === null || !this.proved.has(value);
  }

  /** A status is validated from its own root on, which shows in the messages. */
  private checkStatus({ status }: JsonObject, errors: FieldError[]): void {
    const part = this.root.properties.get('status');
    if (part !== undefined && status !== undefined) checkValue(part, status, { field: 'status', path: '' }, errors);
  }

  private checkRules(
    object: JsonObject,
    old: JsonObject | undefined,
    fresh: ReadonlySet<string>,
    errors: FieldError[],
  ): void {
    if (errors.some(({ type }) => BLOCKING.has(type))) {
      errors.push(invalid(WHOLE, null, NOT_CHECKED));
      return;
    }
    const { rules } = this;
    if (rules === undefined) return;
    const properties = rules.properties.filter(([key]) => fresh.has(key));
    checkRules({ ...rules, properties }, { value: object, old }, WHOLE, errors);
  }
}
