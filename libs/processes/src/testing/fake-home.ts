import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../address.js';
import type { Launch } from '../launch.js';
import { Supervisor, type SupervisorOptions } from '../supervisor.js';

const fakeTenant = fileURLToPath(new URL('./fake-tenant.js', import.meta.url));

export interface FakeHomeOptions extends Partial<SupervisorOptions> {
  /** Instead of a new temporary one. */
  readonly folder?: string;
  readonly launch?: Partial<Launch>;
}

/** A folder with a supervisor whose tenants are fake ones; `modes` says how each behaves at its next start. */
export class FakeHome {
  readonly folder: string;
  readonly modes: Record<string, string> = {};
  /** Where a tenant listens from its next start on. */
  readonly addresses: Record<string, Address> = {};
  /** More of every tenant's environment from its next start on. */
  readonly env: Record<string, string> = {};
  readonly reports: string[] = [];
  readonly supervisor: Supervisor;

  constructor(options: FakeHomeOptions = {}) {
    const { launch, folder, ...rest } = options;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'processes-'));
    this.supervisor = new Supervisor({
      prepare: async (tenant) => ({
        ...this.launch(tenant),
        ...launch,
        address: this.addresses[tenant] ?? launch?.address ?? this.launch(tenant).address,
      }),
      now: () => new Date(),
      report: (message) => void this.reports.push(message),
      ...rest,
    });
  }

  launch(tenant: string): Launch {
    return {
      tenant,
      release: '1.0.0',
      command: process.execPath,
      args: [fakeTenant],
      cwd: this.folder,
      env: {
        ...{ SOCKET: join(this.folder, `${tenant}.sock`), MODE: this.modes[tenant] ?? 'well', NAME: tenant },
        ...this.env,
      },
      address: { path: join(this.folder, `${tenant}.sock`) },
      logFile: join(this.folder, 'log', `${tenant}.log`),
      pidFile: join(this.folder, `${tenant}.pid`),
      startTimeoutMs: 10_000,
      drainTimeoutMs: 3_000,
    };
  }

  async remove(): Promise<void> {
    await this.supervisor.stopAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
