import { exitCodes, type TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome } from '../outcome.js';
import { serve } from './serve.js';
import type { TargetSelection } from '../targets.js';
import { selectToRun } from './start-on.js';

export interface ServeHomeRequest {
  /** Which tenants to start at once; undefined: none, they are started by commands. */
  readonly targets?: TargetSelection | undefined;
  /** Whom a command is about to start: a request that comes first starts them. */
  readonly awaited?: readonly TenantName[] | undefined;
  readonly port?: number | undefined;
  readonly plan: boolean;
  /** Where the addresses are announced. */
  announce(text: string): void;
}

/** `npm start` and `tenantry start --foreground`: the home with its tenants and its gateway until it is interrupted. */
export async function serveHome(
  dependencies: Dependencies,
  request: ServeHomeRequest,
): Promise<FleetOutcome> {
  const tenants = request.targets ? await selectToRun(dependencies, request.targets) : [];
  if (request.plan) {
    const text = `Would run the supervisor and the gateway, and start: ${tenants.join(', ') || 'no tenant'}.`;
    return { data: { plan: tenants.map((name) => `start ${name}`) }, text, exitCode: exitCodes.done };
  }
  return serve(dependencies, {
    tenants,
    awaited: request.awaited,
    areAll: request.targets?.names.length === 0,
    port: request.port,
    isBackground: request.targets === undefined,
    onReady: ({ gateway, tenants: started }) => {
      const running = started.filter(({ state }) => state === 'running').length;
      const idle = started.filter(({ state }) => state === 'idle').length;
      const { host } = dependencies.home.host.gateway;
      request.announce(
        `Gateway http://${host}:${gateway.port}/, ${running} tenants running${idle > 0 ? `, ${idle} started by their first request` : ''}. Ctrl-C stops all.\n`,
      );
    },
  });
}
