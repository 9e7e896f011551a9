import { describe, expect, it } from '@jest/globals';
import { importScript } from './fake-checkout.js';

interface Failure {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}
type Explain = (failure: Failure, root: string) => Error & { hint: string };

const { explainInstallFailure } = await importScript<{ explainInstallFailure: Explain }>(
  'install-failure.mjs',
);

const explain = (output: string) => explainInstallFailure({ code: 1, signal: null, output }, '/co');

describe('a failed npm ci', () => {
  it.each([
    ['npm error code ENOTFOUND', 'the package registry cannot be reached', 'Check the network'],
    ['npm error code EAI_AGAIN', 'the package registry cannot be reached', 'Check the network'],
    ['npm error code ENOTCACHED', 'npm is set to offline', 'Run once with a network'],
    ['npm error code ENOSPC', 'the disk is full', 'Free about 1.5 GB'],
    ['npm error code EACCES', 'npm may not write', 'Run as the user who owns both'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'certificate is not trusted', 'NODE_EXTRA_CA_CERTS'],
    ['npm error code E403', 'the package registry refused access', 'npm config get registry'],
    ['npm error code EINTEGRITY', 'not the one that package-lock.json names', 'npm cache verify'],
    ['npm error code EUSAGE', 'package.json and package-lock.json do not agree', 'Run `npm install`'],
  ])('with %j says what is wrong and what helps', (output, what, hint) => {
    const error = explain(output);
    expect(error.message).toContain(what);
    expect(error.hint).toContain(hint);
    expect(error.hint).toContain(`npm said:\n${output}`);
  });

  it('that says nothing known still says what to try', () => {
    expect(explain('').message).toBe('npm ci failed with exit code 1.');
    expect(explain('').hint).toContain('remove /co/node_modules');
  });

  it('that was killed says so', () => {
    const error = explainInstallFailure({ code: null, signal: 'SIGKILL', output: '' }, '/co');
    expect(error.message).toBe('npm ci was ended by SIGKILL.');
  });
});
