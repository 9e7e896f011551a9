import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DataSource } from 'typeorm';

import { addHostCheck } from './http/host-check.js';
import { addOperatorRoutes } from './http/operator-routes.js';
import { readRestBeforeAnswers } from './http/read-rest.js';
import { addRedirects } from './http/redirect-hosts.js';
import { createTrustProxy } from './http/trust-proxy.js';
import type { Metrics } from './operator/metrics.js';
import { Activity } from './process/activity.js';
import type { Proof } from './prove.js';
import { TenantRootModule } from './tenant-root.module.js';
import type { TenantApplication } from './tenant-application.js';
import type { Tenant } from './tenant.js';

export interface CreateAppInput {
  readonly app: TenantApplication;
  readonly tenant: Tenant;
  readonly proof: Proof;
  readonly logger: LoggerService;
  readonly metrics: Metrics;
  /** Default: one that nobody asks. */
  readonly activity?: Activity;
  isDraining(): boolean;
}

/** The application with the runtime around it, initialised and ready to answer, but not listening. */
export async function createApp(input: CreateAppInput): Promise<NestFastifyApplication> {
  const { app, tenant, proof, logger, activity = new Activity() } = input;
  const adapter = createAdapter(input);
  const nest = await NestFactory.create<NestFastifyApplication>(
    TenantRootModule.around({ app, tenant, proof, activity }),
    adapter,
    { logger, abortOnError: false },
  );
  await app.configure?.(nest);
  await nest.init();
  await adapter.getInstance().ready();
  return nest;
}

function createAdapter(input: CreateAppInput): FastifyAdapter {
  const { tenant, proof, metrics } = input;
  const trustProxy = createTrustProxy(tenant.settings.trustedProxies);
  const adapter = new FastifyAdapter({
    bodyLimit: tenant.settings.http.bodyLimit,
    trustProxy,
    // The runtime drains: answering 503 while closing would lose what was accepted.
    return503OnClosing: false,
    forceCloseConnections: false,
    frameworkErrors: answerBadAddress,
  });
  const server = adapter.getInstance();
  readRestBeforeAnswers(server);
  addHostCheck(server, { hosts: tenant.sites.hosts, trustProxy });
  addRedirects(server, tenant.sites);
  observeAnswers(server, metrics);
  addOperatorRoutes(server, {
    tenant: tenant.name,
    release: tenant.release.id,
    schemaHead: proof.schemaHead,
    metrics,
    isReady: async () => !input.isDraining() && (await answers(proof.dataSource)),
  });
  return adapter;
}

function observeAnswers(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', (_request, reply, done) => {
    metrics.observe(reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

/** Before any hook or route: Fastify's own answer names the framework and repeats the address. */
function answerBadAddress(_error: unknown, _request: unknown, reply: FastifyReply): void {
  const error = { code: 'BAD_REQUEST', message: 'The address cannot be understood.' };
  reply.code(400).header('cache-control', 'no-store').send({ error });
}

/** Bounded by the pool's connection timeout and the statement timeout. */
async function answers(dataSource: DataSource): Promise<boolean> {
  try {
    await dataSource.query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}
