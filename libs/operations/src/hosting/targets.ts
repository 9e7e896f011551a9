import type { Dependencies } from '../dependencies.js';
import type { HostingTarget } from './target.js';
import { edgeTarget } from './targets/edge.js';
import { startScriptsTarget } from './targets/start-scripts.js';
import { supervisordTarget } from './targets/supervisord.js';
import { systemdTarget } from './targets/systemd.js';

/** What is generated for this home: its process manager first, then its edge server. */
export function hostingTargets(dependencies: Pick<Dependencies, 'home' | 'report' | 'now'>): HostingTarget[] {
  const edge = edgeTarget(dependencies);
  return [processTarget(dependencies), ...(edge === undefined ? [] : [edge])];
}

function processTarget(dependencies: Pick<Dependencies, 'home' | 'report'>): HostingTarget {
  switch (dependencies.home.host.processes) {
    case 'systemd':
      return systemdTarget(dependencies);
    case 'supervisord':
      return supervisordTarget(dependencies);
    case 'embedded':
      return startScriptsTarget;
  }
}
