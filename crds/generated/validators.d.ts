// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { ErrorObject } from 'ajv';
import type * as types from './types';
export interface Validator<T> { (value: unknown): value is T; errors?: ErrorObject[] | null; }
export declare const validateXenAgentSpec: Validator<types.XenAgentSpec>;
export declare const validateXenDomainSpec: Validator<types.XenDomainSpec>;
export declare const validateXenHostSpec: Validator<types.XenHostSpec>;
export declare const validateXenNetworkSpec: Validator<types.XenNetworkSpec>;
export declare const validateXenPoolSpec: Validator<types.XenPoolSpec>;
export declare const validateXenStoragePoolSpec: Validator<types.XenStoragePoolSpec>;
export declare const validateXenVMSpec: Validator<types.XenVMSpec>;
export declare const validateXenVMClassSpec: Validator<types.XenVMClassSpec>;
export declare const validateXenVMOperationSpec: Validator<types.XenVMOperationSpec>;
