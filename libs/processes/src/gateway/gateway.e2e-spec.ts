import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PortTaken } from '../errors.js';
import { ask } from '../testing/client.js';
import { FakeSite, openGateway } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterAll(async () => {
  await site.close();
});

describe('its address', () => {
  it('is refused when the port is taken, with what to do', async () => {
    const error: unknown = await openGateway(site.home, { port: site.gateway.port }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(PortTaken);
    expect(error).toMatchObject({
      code: 'PORT_TAKEN',
      exitCode: 1,
      message: `gateway: port ${site.gateway.port} on 127.0.0.1 is taken by another program.`,
      hint: 'Choose another with gateway.port in tenantry.yaml or with --port N, or end that program.',
    });
  });

  it('is refused when it is not of this machine', async () => {
    await expect(openGateway(site.home, { host: '203.0.113.7' })).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      exitCode: 1,
    });
  });
});

describe('closing', () => {
  it('lets what is in flight finish', async () => {
    const closing = await openGateway(site.home);
    const slow = ask({ port: closing.port, path: '/slow?ms=300', agent: new Agent({ keepAlive: true }) });
    await pause(100);
    await closing.close();
    expect(await slow).toMatchObject({ status: 200, body: 'slow' });
  });
});
