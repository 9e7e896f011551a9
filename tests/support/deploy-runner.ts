import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createDependencies, deploy, rollback, resumeDeploy, silentReport } from '#libs/operations';
import { checkoutDir, entry } from './command-line.js';

// Brings a home to a release and ends itself by SIGKILL at the first step at which no run before it did; so called again
// and again, it dies once at each, and at last is done. `resume` as release goes on with what was begun.
const [home = '', verb = '', release = '', passedFile = ''] = process.argv.slice(2);
const passed = new Set(existsSync(passedFile) ? readFileSync(passedFile, 'utf8').split('\n') : []);

const dependencies = createDependencies({
  ...{ home, cwd: home, env: process.env, codeRoot: checkoutDir, entry },
  ...{ command: `tenantry ${verb} ${release}`, signal: new AbortController().signal, report: silentReport },
});

function onStep(step: string): void {
  // A migration that is killed at each of its own steps is tested by itself.
  const isMigration = step.startsWith('migrate: ');
  if (
    passed.has(step) ||
    (isMigration && [...passed].filter((each) => each.startsWith('migrate: ')).length > 3)
  )
    return;
  appendFileSync(passedFile, `${step}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const request = { ...{ release, plan: false, onlyPreflight: false, onStep }, accept: [], stay: [] };
const names = (process.env['DOWN'] ?? '').split(',').filter(Boolean);

if (release === 'resume') finish(await resumeDeploy(dependencies, { onStep }));
else if (verb === 'rollback')
  finish(await rollback(dependencies, { ...request, down: names, ask: undefined }));
else finish(await deploy(dependencies, { ...request, down: [] }));

function finish({ exitCode, text }: { exitCode?: number; text: string }): void {
  console.log(text);
  process.exitCode = exitCode ?? 0;
}
