import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HostingPlan, titleOnPage, type VhostPlan } from '#libs/hosting';
import { errorText, forEachOf } from '../../outcome.js';
import { reachable } from '../plan-edge.js';
import type { Proof } from '../target.js';

const timeoutMs = 5000;
/** A server says that it has been told to reload, not that it has; for all sites together. */
const patienceMs = 5000;

/**
 * Asks the edge for each site. Not for its first page, which would start every stopped tenant: for what the edge does
 * not pass on, and answers itself with a page of the site.
 */
export async function proveEdge(plan: HostingPlan): Promise<Proof[]> {
  return proveSites(plan, performance.now() + patienceMs);
}

/** Whether the edge serves any of the sites as it is. */
export async function isServing(plan: HostingPlan): Promise<boolean> {
  return (await proveSites(plan, 0)).some(({ problem }) => problem === undefined);
}

async function proveSites(plan: HostingPlan, deadline: number): Promise<Proof[]> {
  const proofs: Proof[] = [];
  await forEachOf(plan.vhosts, 8, async (vhost) => {
    const host = vhost.hosts.map((each) => each.replace(/^\./, ''))[0];
    if (host === undefined) return;
    let proof = await prove(plan, vhost, host);
    for (; proof.problem !== undefined && performance.now() < deadline; await sleep(100)) {
      proof = await prove(plan, vhost, host);
    }
    proofs.push(proof);
  });
  return proofs.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function prove(plan: HostingPlan, vhost: VhostPlan, host: string): Promise<Proof> {
  const isEncrypted = vhost.tls !== undefined || plan.edge.onDemandTls !== undefined;
  const name = `${isEncrypted ? 'https' : 'http'}://${host}`;
  // Asking for a certificate on demand would get one.
  if (isEncrypted && vhost.tls === undefined) return { name, problem: undefined };
  try {
    const { status, body } = await ask(plan, host, isEncrypted);
    const isOwn = [404, 503].includes(status) && body.includes(titleOnPage(vhost));
    return { name, problem: isOwn ? undefined : `expected the edge's own page of the site, found ${status}` };
  } catch (error) {
    return { name, problem: errorText(error) };
  }
}

async function ask(
  { edge }: HostingPlan,
  host: string,
  isEncrypted: boolean,
): Promise<{ status: number; body: string }> {
  const address = reachable(edge.addresses?.[0] ?? '0.0.0.0');
  const headers = { host, accept: 'text/html' };
  const common = { host: address, path: '/metrics', headers, agent: false, timeout: timeoutMs };
  return new Promise((resolve, reject) => {
    const sent = isEncrypted
      ? // Whether browsers believe the certificate is no matter of this host's configuration.
        requestTls({ ...common, port: edge.httpsPort, servername: host, rejectUnauthorized: false })
      : request({ ...common, port: edge.httpPort });
    sent.on('timeout', () => sent.destroy(new TypeError(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject);
    sent.on('response', (incoming) => {
      text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
    });
    sent.end();
  });
}
