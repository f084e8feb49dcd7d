import { startControlPlane } from '../../control-plane/control-plane';
import { CONFIGMAPS, THINGS, adminClient, configMap, installThings, thing } from './things';
void (async () => {
  const plane = await startControlPlane();
  await installThings(plane);
  const c = adminClient(plane);
  await c.create(THINGS, thing('a'));
  const { resourceVersion } = await c.list(THINGS);
  const t0 = performance.now();
  const timer = setInterval(
    () => void c.mergePatch(CONFIGMAPS, { namespace: 'default', name: 'n' }, { data: { t: String(Date.now()) } }),
    5000,
  );
  await c.create(CONFIGMAPS, configMap('n'));
  const end = await c.watch(
    THINGS,
    {},
    {
      resourceVersion,
      timeoutSeconds: 200,
      idleMs: 300000,
      onLine: (l) => {
        console.log(((performance.now() - t0) / 1000).toFixed(1), l.slice(0, 160));
        return true;
      },
    },
  );
  console.log('end', end, ((performance.now() - t0) / 1000).toFixed(1), 'list rv', resourceVersion);
  clearInterval(timer);
  c.transport.close();
  await plane.stop();
})();
