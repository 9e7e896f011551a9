import type { EdgePlan, Generator } from '../../plan.js';
import { apache } from '../apache/index.js';
import { caddy } from '../caddy/index.js';
import { nginx } from '../nginx/index.js';

/** What writes the files of an edge; the gateway needs none. */
export function generatorOf(kind: EdgePlan['kind']): Generator | undefined {
  switch (kind) {
    case 'nginx':
      return nginx;
    case 'apache':
      return apache;
    case 'caddy':
      return caddy;
    case 'gateway':
      return undefined;
  }
}
