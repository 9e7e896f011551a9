import { join } from 'node:path';
import type { EdgePlan, HostingPlan, UnitPlan, VhostPlan } from '../plan.js';
import { samplePlan, sampleUnit } from './sample-plan.js';

const megabyte = 1024 * 1024;

export interface EdgePlanInput extends Partial<Omit<HostingPlan, 'edge'>> {
  readonly home: string;
  readonly edge?: Partial<EdgePlan>;
}

/** A plan of one tenant, acme, for specs of edges; the parts that a spec is about are given. */
export function edgePlan({ edge, ...given }: EdgePlanInput): HostingPlan {
  const { home } = given;
  return samplePlan(given.units ?? [edgeUnit(home, 'acme')], {
    processes: 'embedded',
    ...{ current: join(home, 'current'), tenantsDir: join(home, 'tenants') },
    ...{ runDir: join(home, 'run'), socketsDir: join(home, 'run'), logDir: join(home, 'run/log') },
    vhosts: [edgeVhost(home, { tenant: 'acme', hosts: ['acme.test', '.acme.example.app'] })],
    ...given,
    edge: { kind: 'nginx', httpPort: 80, httpsPort: 443, trustedProxies: [], ...edge },
  });
}

/** `liberty.kids` is the process of a site. */
export function edgeUnit(home: string, name: string, given: Partial<UnitPlan> = {}): UnitPlan {
  return sampleUnit(name, {
    release: { id: '1.1.0', path: join(home, 'current'), isHeld: false },
    listen: { socket: join(home, 'run', `${name}.sock`) },
    ...given,
  });
}

export function edgeVhost(
  home: string,
  given: Partial<VhostPlan> & Pick<VhostPlan, 'tenant' | 'hosts'>,
): VhostPlan {
  const media = join(home, 'tenants', given.tenant, 'media');
  const name = given.site === undefined ? given.tenant : `${given.tenant}.${given.site}`;
  return {
    ...{ site: undefined, unit: given.tenant, title: 'Acme & Sons' },
    colors: { primary: '#0a6c74', background: '#fffdf7', text: '#1d2b2c' },
    media: { publicDir: join(media, 'public'), privateDir: join(media, 'private') },
    ...{ uploadLimitBytes: 10 * megabyte, bodyLimitBytes: megabyte, requestTimeoutMs: 120_000 },
    accessLog: join(home, 'run/log', `edge-${name}.access.log`),
    errorLog: join(home, 'run/log', `edge-${name}.error.log`),
    tls: undefined,
    isSuspended: false,
    ...given,
  };
}
