import type { Dependencies } from '../dependencies.js';
import type { HostingTarget } from './target.js';
import { startScriptsTarget } from './targets/start-scripts.js';
import { supervisordTarget } from './targets/supervisord.js';
import { systemdTarget } from './targets/systemd.js';

/** What is generated for this home: its process manager first, then its edge server. */
export function hostingTargets(dependencies: Pick<Dependencies, 'home' | 'report'>): HostingTarget[] {
  return [processTarget(dependencies)];
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
