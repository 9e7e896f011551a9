import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { generatorOf } from '../generators/edge/generator-of.js';
import { workerSocket } from '#libs/settings';
import type { EdgePlan, HostingPlan, OsUser, UnitPlan, VhostPlan } from '../plan.js';
import { EchoProcess } from './echo-process.js';
import { type EdgeKind, freePorts, PrivateEdge, writeFiles } from './private-edge.js';
import { edgePlan, edgeUnit, edgeVhost } from './edge-plan.js';
import { type Answer, visit, type Visit } from './visit.js';

export interface WorldTenant {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly vhost?: Partial<VhostPlan>;
  /** Of the vhost's unit; a site without `unit` shares that of its tenant. */
  readonly unit?: Partial<UnitPlan>;
  /** Nobody listens for it. */
  readonly isDown?: boolean;
}

/** A real server in front of processes that echo, in a home of its own whose path has a space. */
export class EdgeWorld {
  readonly #processes: EchoProcess[] = [];
  #edge: PrivateEdge | undefined;

  private constructor(
    readonly home: string,
    public plan: HostingPlan,
  ) {}

  static async open(
    kind: EdgeKind,
    tenants: readonly WorldTenant[],
    edge: Partial<EdgePlan> = {},
  ): Promise<EdgeWorld> {
    const home = makeHome(kind);
    const [httpPort = 0, httpsPort = 0, onDemandPort = 0] = await freePorts(3);
    const ports = { httpPort, httpsPort, onDemandPort, addresses: ['127.0.0.1'] };
    const plan = edgePlan({
      home,
      operator: edgeUser(kind),
      edge: { kind, ...ports, sendsFiles: true, ...edge },
      units: tenants.filter(hasUnit).map(({ name, unit }) => edgeUnit(home, name, unit)),
      vhosts: tenants.map(({ name, hosts, vhost }) => {
        const [tenant = '', site] = name.split('.');
        return edgeVhost(home, { tenant, site, hosts, unit: tenant, ...vhost });
      }),
    });
    const world = new EdgeWorld(home, plan);
    for (const tenant of tenants.filter(hasUnit))
      if (tenant.isDown !== true) await world.startProcess(tenant.name);
    world.write();
    return world;
  }

  async startProcess(name: string, worker = 1): Promise<EchoProcess> {
    const fileHeader = this.plan.edge.kind === 'apache' ? 'x-sendfile' : 'x-accel-redirect';
    const socket = workerSocket(join(this.home, 'run', `${name}.sock`), worker);
    const named = worker === 1 ? name : `${name} ${worker}`;
    const process = await EchoProcess.start({ name: named, socket, fileHeader });
    this.#processes.push(process);
    return process;
  }

  /** Writes what the plan says now. */
  write(): void {
    writeFiles(this.home, generatorOf(this.plan.edge.kind)?.generate(this.plan) ?? []);
  }

  async startEdge(): Promise<void> {
    this.#edge = await PrivateEdge.start(this.plan.edge.kind as EdgeKind, this.plan);
  }

  async reload(): Promise<void> {
    await this.#edge?.reload();
  }

  /** Below the home; `link` makes a symbolic link to that path. */
  put(path: string, content: string | { readonly link: string }): void {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string') writeFileSync(file, content);
    else symlinkSync(join(this.home, content.link), file);
  }

  /** Gives a tenant's vhosts a certificate, made into a folder of the home. */
  certify(tenant: string, make: (folder: string) => VhostPlan['tls']): void {
    const tls = make(join(this.home, 'certificates'));
    const vhosts = this.plan.vhosts.map((vhost) => (vhost.tenant === tenant ? { ...vhost, tls } : vhost));
    this.plan = { ...this.plan, vhosts };
  }

  get(host: string, path = '/', more: Partial<Visit> = {}): Promise<Answer> {
    const port = more.serverName === undefined ? this.plan.edge.httpPort : this.plan.edge.httpsPort;
    return visit({ port, host, path, ...more });
  }

  async close(): Promise<void> {
    await this.#edge?.stop();
    for (const process of this.#processes) await process.stop();
    rmSync(dirname(this.home), { recursive: true, force: true });
  }
}

function hasUnit({ name, unit }: WorldTenant): boolean {
  return !name.includes('.') || unit !== undefined;
}

/** nginx may stay root, for whom Apache asks in vain; for anybody else it makes no difference. */
function edgeUser(kind: EdgeKind): OsUser {
  const { username, uid } = userInfo();
  if (uid !== 0) return { user: username, group: `#${process.getegid?.() ?? 0}` };
  return kind === 'nginx' ? { user: 'root', group: 'root' } : { user: 'www-data', group: 'www-data' };
}

function makeHome(kind: EdgeKind): string {
  const root = mkdtempSync(join(tmpdir(), `edge ${kind}-`));
  chmodSync(root, 0o755);
  const home = join(root, 'home');
  mkdirSync(join(home, 'run/log'), { recursive: true });
  return home;
}
