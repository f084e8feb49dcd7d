/**
 * What the rights should be, said a second time and in other words than in the chart; and which
 * panels may stay empty.
 */
import { OURS } from '../../common/kube/resources';

export const OPERATOR = 'xen-fleet-operator';
/** Every kind of crds/. */
export const KINDS = Object.values(OURS).map(({ plural }) => plural);

export const OPERATOR_RIGHTS = [
  ...KINDS.flatMap((kind) => ['get', 'list', 'watch'].map((verb) => `${verb} ${kind}.xenfleet.io`)),
  ...['xenvms', 'xenhosts', 'xenvms/status', 'xenvmoperations/status', 'xenhosts/status', 'xenpools/status'].map(
    (kind) => `patch ${kind}.xenfleet.io`,
  ),
  ...['create', 'update', 'patch', 'delete'].map((verb) => `${verb} xendomains.xenfleet.io`),
  'delete xenvmoperations.xenfleet.io',
  ...['create', 'update'].map((verb) => `${verb} xenagents.xenfleet.io`),
  ...['get', 'list', 'watch', 'create', 'delete'].map((verb) => `${verb} namespaces`),
  'create serviceaccounts',
  'create rolebindings.rbac.authorization.k8s.io',
  'bind clusterroles.rbac.authorization.k8s.io=xen-fleet-agent',
  ...['list', 'watch', 'create'].map((verb) => `${verb} leases.coordination.k8s.io`),
  'create events',
  ...['get', 'update'].map((verb) => `${verb} leases.coordination.k8s.io=${OPERATOR}`),
].sort();

/** Panels of what should not happen. */
export const MAY_BE_EMPTY = [
  'Pending VMs, and why',
  'Filters that refuse hosts to them',
  'Reconciles that did not end well, per second',
  'Watches that are not watching',
  'Relists and missed events',
  'Hosts that are not ready, and why',
  'VMs that are not ready, and why',
  'Longest wait of a pending VM',
];
