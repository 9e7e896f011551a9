import { pauseMs, type ReleasesSeen } from '../tests/support/release-visitors.js';
import type { MeasuredDeploy } from './deploy.js';

/** What visitors notice of a deploy. */
export function deployText({
  tenantCount,
  tookMs,
  flipMs,
  bareFlipMs,
  during,
  before,
}: MeasuredDeploy): string {
  return `## A deploy under load

Each of ${tenantCount} tenants has a visitor who asks for its front page through nginx, pauses for ${pauseMs} ms, and asks again; a
release with one migration more is deployed meanwhile, four tenants at a time (${(tookMs / 1000).toFixed(0)} s in all).

| | requests | failed | slowest |
|---|--:|--:|--:|
${row('the same visitors without a deploy', before)}
${row('during the deploy', during)}

Turning \`current\` took ${flipMs.toFixed(2)} ms (target: ≤ 5 ms; a bare symlink(2) and rename(2) took ${bareFlipMs.toFixed(2)} ms).
`;
}

function row(what: string, { answered, failures, slowest }: ReleasesSeen): string {
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return `| ${what} | ${answered + failed} | ${failed} | ${slowest.toFixed(0)} ms |`;
}
