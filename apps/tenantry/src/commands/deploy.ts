import { UsageError } from '#libs/settings';
import type { CommandSpec, Invocation } from '../command.js';
import { askOnTerminal } from '../terminal.js';
import { flag, listOption, textOption } from './options.js';

const wave = {
  flags: '--wave <n>',
  description: 'tenants of a ring that are brought along together, as a number or 10% (default: 1)',
};
const accept = {
  flags: '--accept <checks>',
  description:
    'go on although these checks refuse: release, settings, servers, migrations, lint, disk, connections, processes, edge',
};
const onlyPreflight = { flags: '--only-preflight', description: 'look at everything, change nothing' };

export const deployCommands: readonly CommandSpec[] = [
  {
    path: ['deploy'],
    summary:
      'bring all tenants to a release: check, migrate, turn `current`, restart ring by ring with proof',
    plan: true,
    options: [
      { flags: '--release <id>', description: 'a release of this home (default: build one of the checkout)' },
      { flags: '--from <dir>', description: 'build the release from this checkout first' },
      { flags: '--id <id>', description: "name of what is built (default: the commit's time and hash)" },
      { flags: '--allow-dirty', description: 'build although changes are not committed' },
      { flags: '--canary <tenant>', description: 'only this tenant; `deploy resume` brings the others' },
      ...[wave, onlyPreflight, accept],
    ],
    run: deployCommand,
  },
  {
    path: ['deploy', 'resume'],
    summary: 'go on with a deploy or a rollback that was cut off, stopped, or waits behind its canary',
    arguments: [{ name: '[run]', description: 'its run id (default: the unfinished one)' }],
    options: [wave, accept],
    run: async (invocation) => {
      const { resumeDeploy } = await import('#libs/operations');
      const [run] = invocation.arguments;
      return resumeDeploy(await invocation.dependencies(), {
        ...{ run: typeof run === 'string' ? run : undefined, wave: await waveOption(invocation) },
        accept: await acceptOption(invocation),
      });
    },
  },
  {
    path: ['rollback'],
    summary: 'go back to an older release, as carefully as a deploy goes forward',
    arguments: [{ name: '[release]', description: 'its id; without it the last good one is proposed' }],
    plan: true,
    options: [
      {
        flags: '--down <tenants>',
        description: 'take back migrations that the older release cannot live with',
      },
      { flags: '--stay <tenants>', description: 'leave these tenants on what they run' },
      ...[wave, onlyPreflight, accept],
    ],
    run: async (invocation) => {
      const { rollback } = await import('#libs/operations');
      const [release] = invocation.arguments;
      return rollback(await invocation.dependencies(), {
        ...(await commonOptions(invocation)),
        release: typeof release === 'string' ? release : undefined,
        down: listOption(invocation, 'down') ?? [],
        stay: listOption(invocation, 'stay') ?? [],
        ask: askOnTerminal(),
      });
    },
  },
];

async function deployCommand(invocation: Invocation) {
  const { deploy, findSource } = await import('#libs/operations');
  const dependencies = await invocation.dependencies();
  const options = await commonOptions(invocation);
  const source = await findSource(dependencies, {
    release: textOption(invocation, 'release'),
    from: textOption(invocation, 'from'),
    id: textOption(invocation, 'id'),
    allowDirty: flag(invocation, 'allowDirty'),
    cwd: invocation.cwd,
  });
  if (source.build && options.plan) {
    const plan = [source.description, `then what \`deploy --release ${source.release} --plan\` says`];
    const text = ['Would:', ...plan.map((step) => `  ${step}`)].join('\n');
    return { data: { run: null, release: source.release, plan }, text };
  }
  await source.build?.();
  const canary = textOption(invocation, 'canary');
  return deploy(dependencies, { ...options, release: source.release, canary, down: [], stay: [] });
}

async function commonOptions(invocation: Invocation) {
  const size = await waveOption(invocation);
  return {
    plan: flag(invocation, 'plan'),
    onlyPreflight: flag(invocation, 'onlyPreflight'),
    accept: (await acceptOption(invocation)) ?? [],
    ...(size && { wave: size }),
  };
}

async function waveOption(invocation: Invocation) {
  const { parseShare } = await import('#libs/operations');
  const size = textOption(invocation, 'wave');
  return size === undefined ? undefined : parseShare('wave', size);
}

async function acceptOption(invocation: Invocation) {
  const { checkNames } = await import('#libs/operations');
  const accepted = listOption(invocation, 'accept');
  const unknown = accepted?.find((name) => !checkNames.some((check) => check === name));
  if (unknown === undefined) return accepted;
  throw new UsageError(`--accept: expected ${checkNames.join(', ')}, found "${unknown}".`, {
    hint: 'Name the checks whose refusal you have understood.',
  });
}
