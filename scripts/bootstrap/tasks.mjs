import { SetupError } from './setup-error.mjs';

const built = ['install', 'compile'];
const bundled = [...built, 'bundle'];

/** A task of the command line, with the words that come before what the user typed. */
function commandLine(needs, ...words) {
  return {
    needs,
    arguments: (root, args) => [`${root}/dist/apps/tenantry/src/main.js`, ...words, ...args],
  };
}

const test = {
  // Tenants and commands of the tests are then what they are in production, and start in a third of the time.
  needs: bundled,
  arguments: (root, args) => [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    `${root}/node_modules/jest/bin/jest.js`,
    '--config',
    `${root}/jest.config.mjs`,
    // The tests that run are tsc's output, but people name the file that they edit.
    ...args.map((argument) => argument.replace(/spec\.ts$/, 'spec.js')),
  ],
};

const check = {
  // Compiling is one of the checks, so that an error there does not hide the others.
  needs: ['install'],
  arguments: (root, args) => [`${root}/scripts/check.mjs`, ...args],
};

/** `npm start` serves the home, which is all of its tenants unless some are named. */
const start = {
  needs: bundled,
  arguments: (root, args) => {
    const namesTargets = args.some((argument) => /^--(tenant|all|select|help)\b|^-h$|^[a-z]/.test(argument));
    const command = commandLine(bundled, 'start', '--foreground', ...(namesTargets ? [] : ['--all']));
    return command.arguments(root, args);
  },
};

/** What `npm run <task>` can be; the keys are the npm scripts. */
const tasks = new Map([
  ['demo', commandLine(bundled, 'demo')],
  ['dev', commandLine(built, 'dev')],
  ['start', start],
  ['migrate', commandLine(built, 'migrate')],
  ['deploy', commandLine(built, 'deploy')],
  ['rollback', commandLine(built, 'rollback')],
  ['tenant', commandLine(built, 'tenant')],
  ['tenantry', commandLine(built)],
  ['migration:generate', commandLine(built, 'migration', 'generate')],
  ['docs', commandLine(built, 'docs')],
  ['test', test],
  ['check', check],
  ['bench', { needs: bundled, arguments: (root, args) => [`${root}/dist/bench/run.js`, ...args] }],
  ['build', commandLine(built, 'build')],
]);

export function findTask(name) {
  const task = tasks.get(name);
  if (task) return task;
  throw new SetupError(`unknown task ${JSON.stringify(name ?? '')}.`, {
    hint: `Tasks: ${[...tasks.keys()].join(', ')}.`,
    exitCode: 2,
  });
}
